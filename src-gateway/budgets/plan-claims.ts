/** Which limits a request is under, and what it claims of each. Pure. */
import { fitsAnyCase } from "../lib/patterns.ts";
import { isWithin, localTime } from "../lib/time-of-day.ts";
import type { BudgetConfig, RateLimitConfig, RateMaxima, Threshold } from "../settings/budget-types.ts";
import type { Claim, SetAside } from "./counts.ts";
import type { Amounts, Limits, Named, RateUnit, SpendRequest, Subject } from "./types.ts";
import { rollingAt, type WindowNow, windowAt } from "./windows.ts";

export interface BudgetClaim {
  budget: BudgetConfig;
  /** Empty for `global`. */
  value: Named;
  limit: number;
  window: WindowNow;
  thresholds: AmountThreshold[];
  claim: Claim;
}

export interface AmountThreshold extends Threshold {
  amount: number;
}

export interface RateClaim {
  rate: RateLimitConfig;
  unit: RateUnit;
  value: Named;
  limit: number;
  window: WindowNow;
  claim: Claim;
}

export interface PlannedClaims {
  budgets: BudgetClaim[];
  rates: RateClaim[];
}

const NOBODY: Named = { id: "", name: "" };
/** More than any limit can be. */
const MAX_AMOUNT = 2_000_000_000_000_000;
const RATE_WINDOW_SEC = 60;
/** A stream may go on for hours, and holds its place for as long. */
const CONCURRENT: WindowNow = { slotSec: 0, oldestSec: 0, stepSec: 0, endsAtSec: null, keepSec: 86_400 };
const STOPPING = new Set(["downgrade", "ask", "block"]);

export function planClaims(configured: Limits, request: SpendRequest, nowMs: number): PlannedClaims {
  const limits = withOwn(configured, request.own ?? null);
  const isOurs = ({ per }: { per: string }): boolean => (per === "provider") === (request.stage === "target");
  return {
    budgets: limits.budgets.filter(isOurs).flatMap((budget) => {
      const value = valueOf(budget, request.subject);
      return value === null ? [] : [budgetClaim(limits, budget, value, request, nowMs)];
    }),
    rates: limits.rateLimits.filter(isOurs).flatMap((rate) => {
      const value = valueOf(rate, request.subject);
      return value === null ? [] : rateClaims(rate, value, request.estimate, nowMs);
    }),
  };
}

const withOwn = ({ budgets, rateLimits }: Limits, own: Limits | null): Limits =>
  own === null
    ? { budgets, rateLimits }
    : { budgets: [...budgets, ...own.budgets], rateLimits: [...rateLimits, ...own.rateLimits] };

/** Null when the limit is not for the request. */
function valueOf({ per, only }: { per: keyof Subject | "global"; only?: string[] }, subject: Subject): Named | null {
  if (per === "global") return NOBODY;
  const value = subject[per] ?? null;
  if (value === null) return null;
  return only === undefined || only.some((pattern) => fitsAnyCase(pattern, value.name)) ? value : null;
}

/** The counter of one value. A changed window or unit is another count. */
export function counterOf({ id, per, window, unit }: BudgetConfig, value: Named): string {
  const kind =
    window.kind === "rolling"
      ? `rolling ${window.seconds}`
      : window.kind === "total"
        ? `total ${window.fromMs}`
        : `${window.kind} ${window.timeZone}`;
  return `budget|${id}|${kind}|${unit}|${per}|${nameOf(per, value)}`;
}

/** Names are unique, but for those of keys. */
const nameOf = (per: string, { id, name }: Named): string => (per === "key" ? id : name.toLowerCase());

export function amountOf(unit: BudgetConfig["unit"] | RateUnit, { costNano, tokens }: Amounts): number {
  if (unit !== "usd" && unit !== "tokens") return 1;
  // Counts are whole numbers, and sums of them have to stay exact, whatever an estimate says.
  const amount = Math.ceil((unit === "usd" ? costNano : tokens) ?? 0) || 0;
  return Math.min(Math.max(0, amount), MAX_AMOUNT);
}

export function limitAt({ limit, schedule, timeZone }: BudgetConfig, nowMs: number): number {
  return scheduled(schedule, timeZone, nowMs)?.limit ?? limit;
}

function scheduled<Entry extends { time?: { fromMinute: number; toMinute: number }[]; days?: number[] }>(
  schedule: readonly Entry[],
  timeZone: string,
  nowMs: number,
): Entry | undefined {
  if (schedule.length === 0) return undefined;
  const now = localTime(nowMs, timeZone);
  return schedule.find(({ time, days }) => isWithin(now, time, days));
}

function thresholdsOf({ thresholds, kind, burst = 0 }: BudgetConfig, limit: number): AmountThreshold[] {
  return thresholds
    .map((threshold) => ({
      ...threshold,
      amount:
        Math.floor((limit * threshold.percent) / 100) +
        (kind === "burstable" && threshold.action === "block" ? burst : 0),
    }))
    .sort((a, b) => a.amount - b.amount);
}

function budgetClaim(
  limits: Limits,
  budget: BudgetConfig,
  value: Named,
  { subject, estimate, passed = [] }: SpendRequest,
  nowMs: number,
): BudgetClaim {
  const window = windowAt(budget.window, nowMs);
  const limit = limitAt(budget, nowMs);
  const thresholds = thresholdsOf(budget, limit);
  const isPassed = passed.includes(budget.id);
  const stops = thresholds.filter(({ action }) => STOPPING.has(action) && (action === "block" || !isPassed));
  const claim: Claim = {
    counter: counterOf(budget, value),
    slotSec: window.slotSec,
    oldestSec: window.oldestSec,
    amount: amountOf(budget.unit, estimate),
    stop: stops.length === 0 ? null : Math.min(...stops.map(({ amount }) => amount)),
    setAside: setAsideIn(limits, budget, subject, nowMs),
    marks: thresholds.map(({ amount }) => amount),
    needsLedger: true,
    keepSec: window.keepSec,
  };
  return { budget, value, limit, window, thresholds, claim };
}

/** What others, or the request's own account, have for themselves of this budget. */
function setAsideIn({ budgets }: Limits, { id }: BudgetConfig, subject: Subject, nowMs: number): SetAside[] {
  return budgets
    .filter(({ of }) => of === id)
    .flatMap((part) => {
      const own = part.per === "global" ? null : (subject[part.per]?.name.toLowerCase() ?? null);
      return (part.only ?? []).map((name) => ({
        counter: counterOf(part, { id: name, name }),
        oldestSec: windowAt(part.window, nowMs).oldestSec,
        amount: limitAt(part, nowMs),
        isOwn: name.toLowerCase() === own,
      }));
    });
}

const MAXIMA: [RateUnit, keyof RateMaxima][] = [
  ["requests", "requestsPerMinute"],
  ["tokens", "tokensPerMinute"],
  ["concurrent", "concurrent"],
];

function rateClaims(rate: RateLimitConfig, value: Named, estimate: Amounts, nowMs: number): RateClaim[] {
  const maxima: RateMaxima = { ...rate, ...scheduled(rate.schedule, rate.timeZone, nowMs) };
  return MAXIMA.flatMap(([unit, member]) => {
    const limit = maxima[member];
    if (limit === undefined) return [];
    const window = unit === "concurrent" ? CONCURRENT : rollingAt(RATE_WINDOW_SEC, Math.floor(nowMs / 1000));
    const claim: Claim = {
      counter: `rate|${rate.id}|${unit}|${rate.per}|${nameOf(rate.per, value)}`,
      slotSec: window.slotSec,
      oldestSec: window.oldestSec,
      amount: amountOf(unit, estimate),
      stop: limit,
      setAside: [],
      marks: [],
      needsLedger: false,
      keepSec: window.keepSec,
    };
    return [{ rate, unit, value, limit, window, claim }];
  });
}
