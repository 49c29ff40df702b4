import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { inputTotal } from "../../../src-gateway/ir/usage.ts";
import { Kpi } from "../../components/kpi.tsx";
import { formatShare, formatShort, formatUsd } from "../../format/numbers.ts";
import { formatDuration, median } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

/** The numbers of today. `today` are the newest of its requests, for what the sums cannot say. */
export function TodayNumbers({ sum, today }: { sum: ReplyOf<"usageSummary">; today: ReplyOf<"listExchanges"> }) {
  const { requests, failures, usage, costNano, unpriced } = sum;
  const input = inputTotal(usage);
  const firstTokens = today.flatMap(({ outcome, firstTokenUs }) =>
    outcome === "completed" && firstTokenUs !== null ? [firstTokenUs] : [],
  );
  return (
    <dl className="kpis">
      <Kpi
        name={t("overview:requests")}
        number={formatShort(requests)}
        note={t("overview:failures", { count: failures })}
        ink={failures > 0 ? "bad" : undefined}
      />
      <Kpi name={t("overview:spent")} number={formatUsd(costNano)} note={t("overview:unpriced", { count: unpriced })} />
      <Kpi
        name={t("overview:tokensIn")}
        number={formatShort(input)}
        note={
          usage.cacheRead === 0
            ? t("overview:noCache")
            : t("overview:cached", { share: formatShare(usage.cacheRead, input) })
        }
      />
      <Kpi
        name={t("overview:tokensOut")}
        number={formatShort(usage.output)}
        note={t("overview:reasoning", { tokens: formatShort(usage.reasoning) })}
      />
      <Kpi
        name={t("overview:firstToken")}
        number={formatDuration(median(firstTokens))}
        note={t("overview:firstTokenOf", { count: firstTokens.length })}
      />
    </dl>
  );
}
