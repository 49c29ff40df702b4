import type { Notice } from "../budgets/types.ts";
import type { Events } from "../hooks/types.ts";

const NANO = 1_000_000_000;

/** A threshold of a budget that was reached, for those who are told of it. */
export function tellBudget(events: Events, notice: Notice): void {
  const { budget, quota, scope, value, unit, limit, spent, percent, action, resetsAtUs } = notice;
  const amount = (number: number): number => (unit === "usd" ? number / NANO : number);
  events.tell(percent >= 100 ? "gateway.budget.exhausted" : "gateway.budget.threshold", {
    budget,
    scope,
    value,
    unit,
    limit: amount(limit),
    spent: amount(spent),
    percent,
    action,
    resets_at: resetsAtUs === null ? null : new Date(resetsAtUs / 1000).toISOString(),
  });
  if (quota === "pool" && scope === "provider" && unit === "usd")
    events.tell("gateway.credit.low", {
      provider: value,
      balance_usd: amount(Math.max(0, limit - spent)),
      threshold_usd: amount(Math.max(0, limit - (limit * percent) / 100)),
    });
}
