import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { inputTotal } from "../../../src-gateway/ir/usage.ts";
import { formatShare, formatShort, formatUsd } from "../../format/numbers.ts";
import { formatDuration, median } from "../../format/times.ts";
import { text } from "../../i18n/text.ts";

/** The numbers of today. `today` are the newest of its requests, for what the sums cannot say. */
export function TodayNumbers({ sum, today }: { sum: ReplyOf<"usageSummary">; today: ReplyOf<"listExchanges"> }) {
  const { requests, failures, usage, costNano, unpriced } = sum;
  const input = inputTotal(usage);
  const firstTokens = today.flatMap(({ outcome, firstTokenUs }) =>
    outcome === "completed" && firstTokenUs !== null ? [firstTokenUs] : [],
  );
  const words = text.overview;
  return (
    <dl className="kpis">
      <Kpi
        name={words.requests}
        number={formatShort(requests)}
        note={words.failures(failures)}
        ink={failures > 0 ? "bad" : undefined}
      />
      <Kpi name={words.spent} number={formatUsd(costNano)} note={words.unpriced(unpriced)} />
      <Kpi
        name={words.tokensIn}
        number={formatShort(input)}
        note={usage.cacheRead === 0 ? words.noCache : words.cached(formatShare(usage.cacheRead, input))}
      />
      <Kpi
        name={words.tokensOut}
        number={formatShort(usage.output)}
        note={words.reasoning(formatShort(usage.reasoning))}
      />
      <Kpi
        name={words.firstToken}
        number={formatDuration(median(firstTokens))}
        note={words.firstTokenOf(firstTokens.length)}
      />
    </dl>
  );
}

function Kpi({ name, number, note, ink }: { name: string; number: string; note: string; ink?: "bad" | undefined }) {
  return (
    <div className="kpi">
      <dt>{name}</dt>
      <dd className="kpi-number">{number}</dd>
      <dd className="kpi-note cut" data-ink={ink}>
        {note}
      </dd>
    </div>
  );
}
