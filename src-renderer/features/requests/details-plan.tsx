import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";

/** Which rule decided, whom it named in which order, and who was left out. */
export function Plan({ plan }: { plan: Exchange["plan"] }) {
  if (plan === null) return null;
  const { matched, targets, leftOut, leftOutMore, variant } = plan;
  return (
    <section>
      <h3>{t("details:plan")}</h3>
      <p className="small">
        {t("details:decidedBy", { rule: said(matched) })}{" "}
        {variant !== null && <span className="tag">{t("details:variant", { name: variant })}</span>}
      </p>
      <ol className="plan">
        {targets.map(({ provider, model, wire, reason }) => (
          <li key={`${provider} ${model}`}>
            <strong>{provider}</strong> <span className="soft">{`${model} · ${wire}`}</span>
            <p>{said(reason)}</p>
          </li>
        ))}
        {leftOut.map(({ provider, model, why }) => (
          <li key={`${provider} ${model} ${why}`} data-left-out>
            <s>{provider}</s> <span className="soft">{model}</span>
            <p>{said(why)}</p>
          </li>
        ))}
      </ol>
      {leftOutMore > 0 && <p className="soft small">{t("details:leftOutMore", { count: leftOutMore })}</p>}
    </section>
  );
}
