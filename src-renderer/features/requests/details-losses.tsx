import { text } from "../../i18n/text.ts";
import type { Exchange } from "./request-rows.ts";

/** What did not arrive as it was sent. */
export function Losses({ losses }: { losses: Exchange["losses"] }) {
  if (losses.length === 0) return null;
  return (
    <section>
      <h3>{text.details.losses}</h3>
      <ul className="losses">
        {losses.map(({ field, verdict, note }) => (
          <li key={`${field} ${note}`}>
            <code>{field}</code> <span className="tag">{text.details.verdicts[verdict]}</span>
            <p>{note}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
