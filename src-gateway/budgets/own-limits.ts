/** What a key itself may use, in the form that the configuration's limits have. */
import type { KeyLimits } from "../auth/types.ts";
import type { BudgetConfig, RateLimitConfig } from "../settings/budget-types.ts";
import type { Limits } from "./types.ts";

/** Ids of the configuration have no blank, so this is none of them. */
const ID = "own limit";
const WHERE = "the key";

export const isOwn = ({ id }: Pick<BudgetConfig, "id">): boolean => id === ID;

const made = new WeakMap<KeyLimits, Limits>();

/** The same value for the same limits: it is asked for with every request. */
export function ownLimits(limits: KeyLimits): Limits {
  let own = made.get(limits);
  if (own === undefined) {
    own = { budgets: budgetsOf(limits), rateLimits: ratesOf(limits) };
    made.set(limits, own);
  }
  return own;
}

function budgetsOf({ budget }: KeyLimits): BudgetConfig[] {
  if (budget === undefined) return [];
  const { unit, limit, per } = budget;
  return [
    {
      id: ID,
      per: "key",
      kind: "hard",
      unit,
      limit,
      window: per === "total" ? { kind: "total", fromMs: 0 } : { kind: per, timeZone: "UTC" },
      thresholds: [{ percent: 100, action: "block" }],
      schedule: [],
      timeZone: "UTC",
      unpriced: "allow",
      where: WHERE,
    },
  ];
}

function ratesOf({ requestsPerMinute, tokensPerMinute, concurrent }: KeyLimits): RateLimitConfig[] {
  const maxima = {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(concurrent === undefined ? {} : { concurrent }),
  };
  if (Object.keys(maxima).length === 0) return [];
  return [{ id: ID, per: "key", ...maxima, schedule: [], timeZone: "UTC", where: WHERE }];
}
