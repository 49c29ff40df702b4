import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { inputTotal } from "../../../src-gateway/ir/usage.ts";
import { Kpi } from "../../components/kpi.tsx";
import { formatChange, formatShare, formatShort, formatUsd } from "../../format/numbers.ts";
import { formatDuration, median } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

type Sum = ReplyOf<"usageSummary">;

/**
 * The numbers of today, beside those of yesterday until the same time. `today` are the newest of its requests, for what
 * the sums cannot say.
 */
export function TodayNumbers({
  sum,
  yesterday,
  today,
}: {
  sum: Sum;
  yesterday: Sum | null;
  today: ReplyOf<"listExchanges">;
}) {
  const { requests, failures, usage, costNano, unpriced } = sum;
  const input = inputTotal(usage);
  const firstTokens = today.flatMap(({ outcome, firstTokenUs }) =>
    outcome === "completed" && firstTokenUs !== null ? [firstTokenUs] : [],
  );
  const against = (now: number, before: number | undefined, otherwise: string): string =>
    before === undefined || before === 0 ? otherwise : t("overview:against", { change: formatChange(now, before) });
  return (
    <dl className="kpis">
      <Kpi
        name={t("overview:spent")}
        number={formatUsd(costNano)}
        note={
          unpriced > 0
            ? t("overview:unpriced", { count: unpriced })
            : against(costNano, yesterday?.costNano, t("overview:allPriced"))
        }
        ink={unpriced > 0 ? "warn" : undefined}
      />
      <Kpi
        name={t("overview:requests")}
        number={formatShort(requests)}
        note={against(requests, yesterday?.requests, t("overview:noYesterday"))}
      />
      <Kpi
        name={t("overview:success")}
        number={formatShare(requests - failures, requests)}
        note={t("overview:failures", { count: failures })}
        ink={failures > 0 ? "bad" : undefined}
      />
      <Kpi
        name={t("overview:tokens")}
        number={t("overview:inOut", { input: formatShort(input), output: formatShort(usage.output) })}
        note={
          usage.cacheRead === 0
            ? t("overview:noCache")
            : t("overview:cached", { share: formatShare(usage.cacheRead, input) })
        }
      />
      <Kpi
        name={t("overview:firstToken")}
        number={formatDuration(median(firstTokens))}
        note={t("overview:firstTokenOf", { count: firstTokens.length })}
      />
    </dl>
  );
}
