/** Budgets and rate limits as the operator wrote them. `budgets/` decides what they mean for a request. */
import type { TimeWindow } from "./route-types.ts";

/** Whose spending is counted: each value has a count of its own, and `global` is one count for everybody. */
export const BUDGET_SCOPES = ["key", "user", "team", "agent", "project", "provider", "global"] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

export const RATE_SCOPES = [...BUDGET_SCOPES, "address"] as const;
export type RateScope = (typeof RATE_SCOPES)[number];

export const BUDGET_UNITS = ["usd", "tokens", "requests"] as const;
export type BudgetUnit = (typeof BUDGET_UNITS)[number];

/**
 * `hard` stops at its limit, `soft` only warns. `reserved` sets its limit aside within another budget, for its owner alone;
 * `burstable` does the same and may take more while nobody else's part is touched. `pool` is credit that runs out.
 */
export const QUOTA_KINDS = ["hard", "soft", "reserved", "burstable", "pool"] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

/** From the weakest to the strongest. */
export const THRESHOLD_ACTIONS = ["notify", "warn", "downgrade", "ask", "block"] as const;
export type ThresholdAction = (typeof THRESHOLD_ACTIONS)[number];

/** Calendar windows begin at midnight of the time zone, weeks on Monday; `total` never ends. */
export type BudgetWindow =
  | { kind: "day" | "week" | "month"; timeZone: string }
  | { kind: "rolling"; seconds: number }
  | { kind: "total"; fromMs: number };

export interface Threshold {
  /** Of the limit. */
  percent: number;
  action: ThresholdAction;
  /** `downgrade`: the model that is asked for in place of the client's, as routes know it. */
  to?: string;
  /** `ask`: how long an answer is waited for. */
  waitMs?: number;
}

/** When something else holds than the entry says. */
interface ScheduledTimes {
  time?: TimeWindow[];
  /** Days on which a window of `time` begins; 0 is Sunday. */
  days?: number[];
}

export interface ScheduledLimit extends ScheduledTimes {
  /** In the unit of the budget; dollars are nano-USD. */
  limit: number;
}

export interface BudgetConfig {
  id: string;
  per: BudgetScope;
  /** Patterns; left out, every value has the budget. */
  only?: string[];
  kind: QuotaKind;
  unit: BudgetUnit;
  /** Nano-USD, tokens or requests. */
  limit: number;
  window: BudgetWindow;
  /** `reserved` and `burstable`: the id of the budget that the limit is set aside in. */
  of?: string;
  /** `burstable`: so much more than the limit. */
  burst?: number;
  /** By percent. */
  thresholds: Threshold[];
  /** The first that holds decides. */
  schedule: ScheduledLimit[];
  /** The clock of `schedule`. */
  timeZone: string;
  /** What becomes of a request whose price nobody knows, under a budget in dollars. */
  unpriced: "allow" | "block";
  where: string;
}

export interface RateMaxima {
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  concurrent?: number;
}

export interface ScheduledRates extends ScheduledTimes, RateMaxima {}

export interface RateLimitConfig extends RateMaxima {
  id: string;
  per: RateScope;
  only?: string[];
  schedule: ScheduledRates[];
  timeZone: string;
  where: string;
}
