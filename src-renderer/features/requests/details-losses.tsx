import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";

/** What did not arrive as it was sent. */
export function Losses({ losses }: { losses: Exchange["losses"] }) {
  if (losses.length === 0) return null;
  return (
    <section>
      <h3>{t("details:losses")}</h3>
      <ul className="losses">
        {losses.map(({ field, verdict, note }) => (
          <li key={`${field} ${note}`}>
            <code>{field}</code> <span className="tag">{t(`details:verdicts.${verdict}`)}</span>
            <p>{said(note)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
