import { ChartPanel } from "../../components/charts/chart-panel.tsx";
import { formatBucket } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import { formatMetric, type Metric, SERIES_OF, type Series } from "./usage-types.ts";

/** One metric in time, stacked by what was chosen. */
export function UsageChart({
  series,
  metric,
  dimension,
  bucket,
}: {
  series: Series;
  metric: Metric;
  dimension: string;
  bucket: "hour" | "day";
}) {
  const name = (group: Series["groups"][number]): string => {
    if (group.isRest) return t("usage:rest");
    if (dimension === "all") return t("usage:all");
    return group.group ?? t("usage:none");
  };
  return (
    <ChartPanel
      kind="bars"
      label={t(`usage:metrics.${metric}`)}
      format={formatMetric(metric)}
      height={240}
      data={{
        buckets: series.startsUs.map((startUs) => formatBucket(startUs, bucket)),
        series: series.groups.map((group) => ({ name: name(group), values: group[SERIES_OF[metric]] })),
      }}
    />
  );
}
