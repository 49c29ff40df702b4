/** Reservations that run: each is closed once, and counted by budgets that were made while it ran. */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { CountStore, Settlement, Told } from "./counts.ts";
import { metOf } from "./decide.ts";
import { amountOf, type BudgetClaim, type PlannedClaims, planClaims, type RateClaim } from "./plan-claims.ts";
import type { Amounts, Limits, Notice, Reservation, SpendRequest } from "./types.ts";
import { rollingAt, windowAt } from "./windows.ts";

interface Running {
  request: SpendRequest;
  atMs: number;
  holds: { id: string; planned: PlannedClaims }[];
}

export interface ReservationsOptions {
  counts: CountStore;
  clock: Clock;
  log: Logger;
  nextId(): string;
  onNotice(notice: Notice): void;
}

export class Reservations {
  readonly #options: ReservationsOptions;
  readonly #running = new Set<Running>();

  constructor(options: ReservationsOptions) {
    this.#options = options;
  }

  open(id: string, request: SpendRequest, planned: PlannedClaims, atMs: number): Reservation {
    const running: Running = { request, atMs, holds: [{ id, planned }] };
    this.#running.add(running);
    return {
      settle: (actual) => this.#close(running, actual),
      release: () => this.#close(running, null),
    };
  }

  /** Budgets and limits that a running request is not counted by yet. */
  async countIn(limits: Limits): Promise<void> {
    await Promise.all([...this.#running].map((running) => this.#countIn(running, limits)));
  }

  tell(budgets: readonly BudgetClaim[], told: readonly (Told & { held?: number })[]): void {
    for (const [index, each] of budgets.entries()) {
      const { toldBefore = 0, toldNow = 0, spent = 0, held = 0 } = told[index] ?? {};
      for (const threshold of each.thresholds.slice(toldBefore, toldNow))
        this.#options.onNotice(metOf(each, { spent, held, fitsAfterSec: null }, threshold));
    }
  }

  async #countIn(running: Running, limits: Limits): Promise<void> {
    const known = new Set(running.holds.flatMap(({ planned }) => claimsOf(planned)).map(({ claim }) => claim.counter));
    const all = planClaims(limits, running.request, running.atMs);
    const isNew = ({ claim }: BudgetClaim | RateClaim): boolean => !known.has(claim.counter);
    const planned = { budgets: all.budgets.filter(isNew), rates: all.rates.filter(isNew) };
    const claims = claimsOf(planned).map(({ claim }) => claim);
    if (claims.length === 0) return;
    const id = this.#options.nextId();
    running.holds.push({ id, planned });
    await this.#options.counts.claim(id, claims, { isForced: true });
    // It ended meanwhile, and this was not held yet.
    if (!this.#running.has(running)) await this.#options.counts.settle(id, [], running.atMs);
  }

  async #close(running: Running, actual: Amounts | null): Promise<void> {
    if (!this.#running.delete(running)) return;
    const { clock, counts, log } = this.#options;
    const nowMs = Math.floor(clock.nowUs() / 1000);
    for (const { id, planned } of running.holds) {
      try {
        const settlements = claimsOf(planned).map((each) => settlementOf(each, actual, nowMs));
        this.tell(planned.budgets, await counts.settle(id, settlements, nowMs));
      } catch (error) {
        log.error({ err: error }, "what a request used could not be counted against its budgets");
      }
    }
  }
}

const claimsOf = ({ budgets, rates }: PlannedClaims): (BudgetClaim | RateClaim)[] => [...budgets, ...rates];

function settlementOf(each: BudgetClaim | RateClaim, actual: Amounts | null, nowMs: number): Settlement {
  const { claim } = each;
  const { counter, slotSec, marks, needsLedger, keepSec } = claim;
  const place = { counter, slotSec, marks, needsLedger, keepSec };
  if ("budget" in each) {
    const { oldestSec } = windowAt(each.budget.window, nowMs);
    return { ...place, oldestSec, amount: actual === null ? 0 : amountOf(each.budget.unit, actual) };
  }
  if (each.unit === "concurrent") return { ...place, oldestSec: 0, amount: 0 };
  const { oldestSec } = rollingAt(slotSpan(each), Math.floor(nowMs / 1000));
  return { ...place, oldestSec, amount: actual === null ? 0 : amountOf(each.unit, actual) };
}

const slotSpan = ({ window }: RateClaim): number => window.slotSec - window.oldestSec;
