/** What did it use, and what did it cost? Sums over the recorded exchanges. */
import type { Usage } from "../ir/usage.ts";
import type { LatencyMetric } from "../store/rollup-columns.ts";

export const USAGE_DIMENSIONS = [
  "user",
  "key",
  "team",
  "agent",
  "session",
  "project",
  "branch",
  "model",
  "provider",
  "surface",
  "day",
  "hour",
] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

export interface UsageQuery {
  fromUs?: number;
  toUs?: number;
  userId?: number;
  apiKeyId?: number;
  groupBy?: UsageDimension;
}

export interface UsageSum {
  /** The value of the dimension, in words (an e-mail address, a key's name, `2026-11-21`); null for the grand total. */
  group: string | null;
  requests: number;
  /** Neither completed nor open. */
  failures: number;
  usage: Usage;
  /** Nano-USD, corrections included, of all that has a price. */
  costNano: number;
  /** Requests that used tokens of no known price: their cost is not in the sum. */
  unpriced: number;
  /** Null when none was measured. */
  meanFirstTokenMs: number | null;
  meanTotalMs: number | null;
}

export const LATENCY_DIMENSIONS = ["all", "model", "provider"] as const;
export type LatencyDimension = (typeof LATENCY_DIMENSIONS)[number];

/** How long completed exchanges of whole days took. Values are within 9 % of what was measured. */
export interface LatencySum {
  group: string | null;
  metric: LatencyMetric;
  count: number;
  p50: number;
  p90: number;
  p99: number;
}

export interface LatencyQuery {
  fromUs?: number;
  toUs?: number;
  groupBy: LatencyDimension;
  metric: LatencyMetric;
}

/** What the gateway and a provider have counted of the same exchanges. */
export interface UsageDifference {
  provider: string | null;
  /** As the provider was asked for it. */
  model: string | null;
  requests: number;
  own: { input: number; output: number };
  /** `output` includes `reasoning`, of which the gateway may have seen less than all. */
  reported: { input: number; output: number; reasoning: number };
  /** Reported by own: 1.2 is a fifth more than the gateway counts; null where it counts nothing. */
  ratio: { input: number | null; output: number | null };
}

/** Of these, sums are kept per hour or day and their values are few enough to be drawn. */
export const SERIES_DIMENSIONS = ["all", "user", "key", "agent", "project", "model", "provider"] as const;
export type SeriesDimension = (typeof SERIES_DIMENSIONS)[number];

export interface UsageSeriesQuery {
  /** When each bucket begins, in order; the last one ends at `toUs`. */
  startsUs: number[];
  toUs: number;
  groupBy: SeriesDimension;
  /** So many groups by themselves, the rest in one. */
  limit: number;
  userId?: number;
}

/** One number a bucket in each list. */
export interface SeriesSum {
  /** As in `UsageSum`; null for what has no value, and for the rest. */
  group: string | null;
  isRest: boolean;
  requests: number[];
  failures: number[];
  unpriced: number[];
  /** Nano-USD. */
  costNano: number[];
  /** With what was read from cache and written to it. */
  input: number[];
  cacheRead: number[];
  output: number[];
}

export interface UsageSeries {
  startsUs: number[];
  /** Dearest first. */
  groups: SeriesSum[];
}

export interface UsageReports {
  total(query: UsageQuery): Promise<UsageSum>;
  /** Largest first, or in the order of time for `day` and `hour`. */
  breakdown(query: UsageQuery & { groupBy: UsageDimension }): Promise<UsageSum[]>;
  series(query: UsageSeriesQuery): Promise<UsageSeries>;
  latencies(query: LatencyQuery): Promise<LatencySum[]>;
  /** Most requests first. */
  differences(query: Pick<UsageQuery, "fromUs" | "toUs" | "userId">): Promise<UsageDifference[]>;
}
