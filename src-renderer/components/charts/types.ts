/** What every chart draws: one value of each series for each bucket. */
export interface ChartData {
  /** Words of the buckets, from left to right. */
  buckets: readonly string[];
  series: readonly ChartSeries[];
}

export interface ChartSeries {
  name: string;
  /** One a bucket; null where nothing is known. */
  values: readonly (number | null)[];
  /** Estimated, not measured: drawn hatched, and said with "≈". */
  isEstimated?: boolean;
}

export interface ChartProps {
  /** What is shown, for those who do not see it. */
  label: string;
  data: ChartData;
  format: (value: number) => string;
  /** Bars stand on each other and show a sum; lines are compared. */
  kind: "bars" | "lines";
  height?: number;
}
