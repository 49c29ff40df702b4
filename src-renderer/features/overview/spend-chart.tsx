import { useQuery } from "../../api/use-query.ts";
import { ChartPanel } from "../../components/charts/chart-panel.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatUsd } from "../../format/numbers.ts";
import { bucketsOf, rangeOf } from "../../format/range.ts";
import { formatBucket } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";

const REFRESH_MS = 60_000;

/** What the last seven days cost, by provider. */
export function SpendChart() {
  const range = rangeOf("7d", useDay());
  const startsUs = bucketsOf(range).join();
  const series = useQuery(
    `spend ${startsUs}`,
    (client) => client.call("usageSeries", { query: { groupBy: "provider", startsUs, toUs: range.toUs, limit: 8 } }),
    { everyMs: REFRESH_MS },
  );
  return (
    <QueryState query={series} rows={6}>
      {(value) => (
        <ChartPanel
          kind="bars"
          label={t("overview:spentWeek")}
          format={formatUsd}
          height={200}
          data={{
            buckets: value.startsUs.map((startUs) => formatBucket(startUs, "day")),
            series: value.groups.map(({ group, isRest, costNano }) => ({
              name: isRest ? t("usage:rest") : (group ?? t("usage:none")),
              values: costNano,
            })),
          }}
        />
      )}
    </QueryState>
  );
}
