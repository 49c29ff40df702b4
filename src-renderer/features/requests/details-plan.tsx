import { text } from "../../i18n/text.ts";
import type { Exchange } from "./request-rows.ts";

/** Which rule decided, whom it named in which order, and who was left out. */
export function Plan({ plan }: { plan: Exchange["plan"] }) {
  if (plan === null) return null;
  const words = text.details;
  const { matched, targets, leftOut, leftOutMore, variant } = plan;
  return (
    <section>
      <h3>{words.plan}</h3>
      <p className="small">
        {words.decidedBy(matched)}
        {variant !== null && <span className="tag">{words.variant(variant)}</span>}
      </p>
      <ol className="plan">
        {targets.map(({ provider, model, wire, reason }) => (
          <li key={`${provider} ${model}`}>
            <strong>{provider}</strong> <span className="soft">{`${model} · ${wire}`}</span>
            <p>{reason}</p>
          </li>
        ))}
        {leftOut.map(({ provider, model, why }) => (
          <li key={`${provider} ${model} ${why}`} data-left-out>
            <s>{provider}</s> <span className="soft">{model}</span>
            <p>{why}</p>
          </li>
        ))}
      </ol>
      {leftOutMore > 0 && <p className="soft small">{words.leftOutMore(leftOutMore)}</p>}
    </section>
  );
}
