/**
 * May this be spent? Budgets (dollars, tokens, requests over a window) and rate limits (per minute, at once). A request
 * reserves what it may cost at most before anybody is asked, and settles what it did cost. One atomic step holds all of
 * its budgets and rate limits or none, so requests that arrive together cannot spend the same money twice. The counts are
 * in memory, or in Redis where several gateways share them.
 */
import type { Leaving } from "../lib/leaving.ts";
import type {
  BudgetConfig,
  BudgetScope,
  BudgetUnit,
  QuotaKind,
  RateLimitConfig,
  RateScope,
  ThresholdAction,
} from "../settings/budget-types.ts";

/** One of those whom limits may count: `id` is what the ledger knows it by, `name` what the configuration calls it. */
export interface Named {
  id: string;
  name: string;
}

/** Who spends. What is left out is under no limit of that scope. */
export type Subject = { readonly [Scope in Exclude<RateScope, "global">]?: Named | null };

/** What a request uses. Null is a price that nobody knows. */
export interface Amounts {
  costNano: number | null;
  /** Input and output together. */
  tokens: number;
}

export interface SpendRequest {
  subject: Subject;
  /** Limits per provider are asked once it is known which one is tried; all others when the request arrives. */
  stage: "request" | "target";
  /** The most that it may use: what is reserved. */
  estimate: Amounts;
  /** Limits of the caller's key itself, beside those of the configuration. */
  own?: Limits | null;
  /** Budgets whose `downgrade` was followed or whose `ask` was answered with yes, for this request. */
  passed?: readonly string[];
}

/** Holds its estimate until it is closed, once; what comes later is without effect. None of these throws. */
export interface Reservation {
  /** For a request that a provider was asked for: what it did use, which may be nothing or more than was reserved. */
  settle(actual: Amounts): Promise<void>;
  /** For a request that nobody was asked for: it counts nowhere. */
  release(): Promise<void>;
}

/** A budget that was met, with its count as it was then. Amounts are nano-USD, tokens or requests. */
export interface BudgetMet {
  budget: string;
  quota: QuotaKind;
  scope: BudgetScope;
  /** Empty for `global`. */
  value: string;
  unit: BudgetUnit;
  limit: number;
  spent: number;
  /** Reserved by requests that run. */
  held: number;
  /** The threshold that was reached. */
  percent: number;
  action: ThresholdAction;
  /** Null where nothing ever resets. */
  resetsAtUs: number | null;
}

export type SpendDecision =
  | { action: "go"; reservation: Reservation; warnings: BudgetMet[]; rates: RateStanding[] }
  /** Nothing is held: the request is planned anew for the model `to`, and reserves with the budget among `passed`. */
  | { action: "downgrade"; met: BudgetMet; to: string; warnings: BudgetMet[] }
  /** Nothing is held: wait for `asks.open(...)`, then reserve with the budget among `passed`, or refuse. */
  | { action: "ask"; met: BudgetMet; waitMs: number; warnings: BudgetMet[] }
  /** Nothing is held. `refusal` of refusals.ts has the error for the client. */
  | { action: "block"; met: BudgetMet; reason: "limit" | "unpriced"; warnings: BudgetMet[] }
  /** Nothing is held. `retryAfterMs` is null where the request alone is larger than the limit. */
  | { action: "slow"; rate: RateStanding; retryAfterMs: number | null; rates: RateStanding[] };

export const RATE_UNITS = ["requests", "tokens", "concurrent"] as const;
export type RateUnit = (typeof RATE_UNITS)[number];

/** How a rate limit stands after the request was counted. */
export interface RateStanding {
  rate: string;
  scope: RateScope;
  value: string;
  unit: RateUnit;
  limit: number;
  remaining: number;
  /** Until all of the limit is free again; 0 for `concurrent`. */
  resetMs: number;
}

/** Told once for each threshold of a budget's window, by whichever gateway reaches it. */
export type Notice = BudgetMet;

export interface BudgetStatus {
  budget: string;
  scope: BudgetScope;
  value: string;
  kind: QuotaKind;
  unit: BudgetUnit;
  limit: number;
  spent: number;
  held: number;
  startsAtUs: number;
  resetsAtUs: number | null;
  /** When the limit is reached at the pace of late; null when it is not before the reset, or when there is no pace yet. */
  usedUpAtUs: number | null;
}

/** A request that waits for somebody's word. */
export interface Ask {
  id: string;
  met: BudgetMet;
  askedAtUs: number;
  expiresAtUs: number;
  /** For the person who decides: who asks for which model. */
  about: Readonly<Record<string, string>>;
}

export type AskOutcome = "approved" | "denied" | "timed-out";

export interface Asks {
  /** Resolves with the answer; rejects with the signal's reason when the client leaves. */
  open(ask: {
    id: string;
    met: BudgetMet;
    waitMs: number;
    about: Readonly<Record<string, string>>;
    signal: Leaving;
  }): Promise<AskOutcome>;
  /** Those of all gateways that share their counts, oldest first. */
  list(): Promise<Ask[]>;
  /** False when nobody waits under this id (any more). */
  answer(id: string, isApproved: boolean): Promise<boolean>;
  stop(): Promise<void>;
}

/** Which sum of the ledger is wanted, for counts that are not known yet. */
export interface SpentQuery {
  scope: BudgetScope;
  /** Empty for `global`. */
  id: string;
  name: string;
  unit: BudgetUnit;
  fromUs: number;
}

/** Where the counts are: `shared` is Redis, `apart` is this gateway alone because Redis is not there. */
export type CountsMode = "memory" | "shared" | "apart";

export interface Budgets {
  /** @throws what `spentSince` throws when a count is not known yet and the ledger cannot be read. */
  reserve(request: SpendRequest): Promise<SpendDecision>;
  readonly asks: Asks;
  /** A request that has ended and that nothing was reserved for: it counts as if there had been. Never throws. */
  count(request: Omit<SpendRequest, "passed">, arrivedMs: number, actual: Amounts): Promise<void>;
  /** For the console: everybody who was counted since the start, and what is counted for all together. */
  status(): Promise<BudgetStatus[]>;
  /** New settings. Counts and reservations go on; budgets that are new count what runs already, too. */
  configure(limits: Limits): Promise<void>;
  /** All sums are read from the ledger anew, as after prices were corrected; reservations go on. */
  recount(): Promise<void>;
  mode(): CountsMode;
  stop(): Promise<void>;
}

export interface Limits {
  budgets: readonly BudgetConfig[];
  rateLimits: readonly RateLimitConfig[];
}
