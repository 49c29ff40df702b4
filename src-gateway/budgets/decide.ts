/** What the counts mean for a request: it goes on, or the strongest of what stands against it. Pure. */
import type { Count } from "./counts.ts";
import type { AmountThreshold, BudgetClaim, PlannedClaims, RateClaim } from "./plan-claims.ts";
import type { BudgetMet, RateStanding, SpendDecision, SpendRequest } from "./types.ts";

type Judged = Exclude<SpendDecision, { action: "go" }> | { action: "go"; warnings: BudgetMet[]; rates: RateStanding[] };

/** How soon a place may be free again, which nobody can know. */
const CONCURRENT_RETRY_MS = 1_000;
const STANDARD_WAIT_MS = 300_000;

export function decide(
  planned: PlannedClaims,
  counts: readonly Count[],
  isHeld: boolean,
  request: SpendRequest,
  nowMs: number,
): Judged {
  const budgets = planned.budgets.map((each, n) => ({ each, count: counts[n] ?? NOTHING }));
  const rates = planned.rates.map((each, n) => ({ each, count: counts[planned.budgets.length + n] ?? NOTHING }));
  const warnings = budgets.flatMap(({ each, count }) => warningOf(each, count));
  const standings = rates.map(({ each, count }) => standingOf(each, count, isHeld, nowMs));
  if (isHeld) return { action: "go", warnings, rates: standings };

  const refusals = budgets.flatMap(({ each, count }) => {
    const threshold = count.isRefused ? refusedBy(each, count, request) : null;
    return threshold === null ? [] : [{ threshold, met: metOf(each, count, threshold) }];
  });
  const block = refusals.find(({ threshold }) => threshold.action === "block");
  if (block) return { action: "block", met: block.met, reason: "limit", warnings };
  const slow = slowestOf(rates, standings, nowMs);
  if (slow) return { action: "slow", ...slow, rates: standings };
  const ask = refusals.find(({ threshold }) => threshold.action === "ask");
  if (ask) return { action: "ask", met: ask.met, waitMs: ask.threshold.waitMs ?? STANDARD_WAIT_MS, warnings };
  const downgrade = refusals.find(({ threshold }) => threshold.action === "downgrade");
  if (downgrade) return { action: "downgrade", met: downgrade.met, to: downgrade.threshold.to ?? "", warnings };
  throw new Error("a claim was refused, and no limit says why");
}

const NOTHING: Count = {
  spent: 0,
  held: 0,
  aside: 0,
  isRefused: false,
  fitsAfterSec: null,
  newestSec: null,
  toldBefore: 0,
  toldNow: 0,
};

/** The strongest of those that stood in the way. A gateway that counts alone may stop before the limit itself is met. */
function refusedBy({ budget, thresholds, claim }: BudgetClaim, count: Count, request: SpendRequest) {
  const wanted = count.spent + count.held + count.aside + claim.amount;
  const isPassed = request.passed?.includes(budget.id) ?? false;
  const met = thresholds.filter(({ amount, action }) => {
    if (amount >= wanted && amount !== claim.stop) return false;
    return action === "block" || (!isPassed && (action === "ask" || action === "downgrade"));
  });
  return met.toSorted((a, b) => STRENGTH.indexOf(b.action) - STRENGTH.indexOf(a.action))[0] ?? null;
}

const STRENGTH = ["notify", "warn", "downgrade", "ask", "block"];

function warningOf(each: BudgetClaim, count: Count): BudgetMet[] {
  const wanted = count.spent + count.held + each.claim.amount;
  const met = each.thresholds.findLast(({ action, amount }) => action === "warn" && amount <= wanted);
  return met ? [metOf(each, count, met)] : [];
}

export function metOf(
  each: BudgetClaim,
  count: Pick<Count, "spent" | "held" | "fitsAfterSec">,
  threshold: AmountThreshold,
): BudgetMet {
  const { budget, value, limit, window } = each;
  const resetsAtSec =
    window.endsAtSec ?? (count.fitsAfterSec === null || window.stepSec === 0 ? null : endOf(count.fitsAfterSec, each));
  return {
    budget: budget.id,
    quota: budget.kind,
    scope: budget.per,
    value: value.name,
    unit: budget.unit,
    limit,
    spent: count.spent,
    held: count.held,
    percent: threshold.percent,
    action: threshold.action,
    resetsAtUs: resetsAtSec === null ? null : resetsAtSec * 1_000_000,
  };
}

/** When a slot has left its window. */
const endOf = (slotSec: number, { window }: { window: BudgetClaim["window"] }): number =>
  slotSec + (window.slotSec - window.oldestSec) + window.stepSec;

function standingOf(each: RateClaim, count: Count, isHeld: boolean, nowMs: number): RateStanding {
  const { rate, value, unit, limit, claim } = each;
  const used = count.spent + count.held + (isHeld ? claim.amount : 0);
  const newestSec = isHeld && claim.amount > 0 ? claim.slotSec : count.newestSec;
  const isTimed = each.window.stepSec > 0 && newestSec !== null;
  return {
    rate: rate.id,
    scope: rate.per,
    value: value.name,
    unit,
    limit,
    remaining: Math.max(0, limit - used),
    resetMs: isTimed ? Math.max(0, endOf(newestSec, each) * 1000 - nowMs) : 0,
  };
}

/** The refused rate that is waited for longest. */
function slowestOf(rates: { each: RateClaim; count: Count }[], standings: RateStanding[], nowMs: number) {
  const slow = rates.flatMap(({ each, count }, n) => {
    const rate = standings[n];
    return rate && count.isRefused ? [{ rate, retryAfterMs: retryAfter(each, count, nowMs) }] : [];
  });
  return slow.toSorted((a, b) => (b.retryAfterMs ?? Infinity) - (a.retryAfterMs ?? Infinity))[0] ?? null;
}

function retryAfter(each: RateClaim, { fitsAfterSec }: Count, nowMs: number): number | null {
  if (each.claim.amount > (each.claim.stop ?? Infinity)) return null;
  if (each.window.stepSec === 0 || fitsAfterSec === null) return CONCURRENT_RETRY_MS;
  return Math.max(1, endOf(fitsAfterSec, each) * 1000 - nowMs);
}
