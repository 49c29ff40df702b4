/** What did it use? Sums over the recorded exchanges. */
import type { Usage } from "../ir/usage.ts";

export const USAGE_DIMENSIONS = [
  "user",
  "key",
  "agent",
  "session",
  "project",
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
}

export interface UsageReports {
  total(query: UsageQuery): Promise<UsageSum>;
  /** Largest first, or in the order of time for `day` and `hour`. */
  breakdown(query: UsageQuery & { groupBy: UsageDimension }): Promise<UsageSum[]>;
}
