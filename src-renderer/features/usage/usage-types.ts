import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { inputTotal } from "../../../src-gateway/ir/usage.ts";
import { formatShort, formatUsd } from "../../format/numbers.ts";

export type UsageSum = ReplyOf<"usageSummary">;
export type Series = ReplyOf<"usageSeries">;
export type SeriesGroup = Series["groups"][number];

export const DIMENSIONS = ["model", "provider", "agent", "project", "branch", "session", "key", "user"] as const;
export type UsageDimension = (typeof DIMENSIONS)[number];
/** Of the others there are too many values to be drawn. */
export const SERIES_DIMENSIONS: ReadonlySet<string> = new Set<UsageDimension>([
  "model",
  "provider",
  "agent",
  "project",
  "key",
  "user",
]);
export const isDimension = (text: string | null): text is UsageDimension => DIMENSIONS.some((each) => each === text);

export const METRICS = ["cost", "requests", "input", "cached", "output"] as const;
export type Metric = (typeof METRICS)[number];
export const isMetric = (text: string | null): text is Metric => METRICS.some((each) => each === text);

export const SERIES_OF = {
  cost: "costNano",
  requests: "requests",
  input: "input",
  cached: "cacheRead",
  output: "output",
} as const satisfies Record<Metric, keyof SeriesGroup>;

export const formatMetric = (metric: Metric): ((value: number) => string) =>
  metric === "cost" ? formatUsd : formatShort;

export const inputOf = ({ usage }: UsageSum): number => inputTotal(usage);
