import "./usage.css";
import { Select } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "wouter";
import { useGateway } from "../../api/gateway-context.tsx";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { RangePicker, useRange } from "../../components/range-picker.tsx";
import { before, bucketsOf, type TimeRange } from "../../format/range.ts";
import { t } from "../../i18n/t.ts";
import { UsageBreakdown } from "./usage-breakdown.tsx";
import { UsageChart } from "./usage-chart.tsx";
import { UsageHeatmap } from "./usage-heatmap.tsx";
import { UsageLatencies } from "./usage-latencies.tsx";
import { UsageNumbers } from "./usage-numbers.tsx";
import { UsageTools } from "./usage-tools.tsx";
import { DIMENSIONS, isDimension, isMetric, METRICS, SERIES_DIMENSIONS, type UsageDimension } from "./usage-types.ts";

const REFRESH_MS = 60_000;

/** Where costs of the past have changed, every part of the page is read anew. */
export function UsagePage() {
  const { cache } = useGateway();
  const [turn, setTurn] = useState(0);
  const reread = (): void => {
    cache.clear();
    setTurn((old) => old + 1);
  };
  return <Usage key={turn} onRecosted={reread} />;
}

function Usage({ onRecosted }: { onRecosted: () => void }) {
  const chosen = useRange("7d");
  const { range } = chosen;
  const [search, setSearch] = useSearchParams();
  const asked = search.get("by");
  const dimension: UsageDimension = isDimension(asked) ? asked : "model";
  const askedMetric = search.get("metric");
  const metric = isMetric(askedMetric) ? askedMetric : "cost";
  const set = (key: string, value: string): void =>
    setSearch((old) => new URLSearchParams([...[...old].filter(([each]) => each !== key), [key, value]]), {
      replace: true,
    });

  const groupBy = SERIES_DIMENSIONS.has(dimension) ? dimension : "all";
  const { previous, sum, sumBefore, series } = useSums(range, groupBy);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("usage:title")}</h1>
        <div className="page-tools">
          <Select
            aria-label={t("usage:by")}
            data={DIMENSIONS.map((value) => ({ value, label: t(`usage:dimensions.${value}`) }))}
            value={dimension}
            onChange={(value) => value !== null && set("by", value)}
            allowDeselect={false}
          />
          <Select
            aria-label={t("usage:metric")}
            data={METRICS.map((value) => ({ value, label: t(`usage:metrics.${value}`) }))}
            value={metric}
            onChange={(value) => value !== null && set("metric", value)}
            allowDeselect={false}
          />
          <RangePicker {...chosen} />
        </div>
      </header>
      <div className="stack">
        <section className="panel" aria-label={t("usage:numbers")}>
          <QueryState query={sum} rows={2}>
            {(now) => <UsageNumbers sum={now} before={sumBefore.value} />}
          </QueryState>
        </section>
        <QueryState query={series} rows={6}>
          {(value) => <UsageChart series={value} metric={metric} dimension={groupBy} bucket={range.bucket} />}
        </QueryState>
        <UsageBreakdown
          dimension={dimension}
          range={range}
          previous={previous}
          tools={<UsageTools range={chosen.choice} onRecosted={onRecosted} />}
        />
        <div className="usage-columns">
          <UsageHeatmap metric={metric} />
          <UsageLatencies range={range} />
        </div>
      </div>
    </div>
  );
}

/** What was used in the range and in the one before, and when. */
function useSums(range: TimeRange, groupBy: UsageDimension | "all") {
  const { fromUs, toUs } = range;
  const previous = before(range);
  const every = { everyMs: REFRESH_MS };
  const sum = useQuery(
    `usage ${fromUs} ${toUs}`,
    (client) => client.call("usageSummary", { query: { fromUs, toUs } }),
    every,
  );
  const sumBefore = useQuery(`usage ${previous.fromUs} ${previous.toUs}`, (client) =>
    client.call("usageSummary", { query: { fromUs: previous.fromUs, toUs: previous.toUs } }),
  );
  const startsUs = bucketsOf(range);
  const series = useQuery(
    `series ${groupBy} ${startsUs.join()}`,
    (client) => client.call("usageSeries", { query: { groupBy, startsUs: startsUs.join(), toUs, limit: 8 } }),
    every,
  );
  return { previous, sum, sumBefore, series };
}
