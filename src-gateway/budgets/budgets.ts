import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { CountStore, Warmth } from "./counts.ts";
import { decide, metOf } from "./decide.ts";
import { type BudgetClaim, type PlannedClaims, planClaims } from "./plan-claims.ts";
import { Reservations } from "./reservations.ts";
import { type Seen, statusOf } from "./status.ts";
import type { Asks, Budgets, CountsMode, Limits, Notice, SpendDecision, SpendRequest, SpentQuery } from "./types.ts";
import { warmStart } from "./warm-start.ts";

export interface BudgetsOptions {
  counts: CountStore & { readonly mode?: CountsMode };
  asks: Asks;
  limits: Limits;
  clock: Clock;
  log: Logger;
  /** Unique among the gateways that share their counts. */
  gateway: string;
  /**
   * What the ledger has of somebody, in the unit that is asked for, by requests that arrived at `fromUs` or later. Rows that
   * are about to be written have to be in it: write them first.
   */
  spentSince: (query: SpentQuery) => Promise<number>;
  /** Told each threshold that is reached, once. */
  onNotice(notice: Notice): void;
}

/** A counter that is forgotten as often as it is read has a clock, or a Redis, that cannot be worked with. */
const MAX_WARM_STARTS = 5;

export function createBudgets(options: BudgetsOptions): Budgets {
  const { counts, asks, clock, gateway, spentSince } = options;
  let { limits } = options;
  let ids = 0;
  const nextId = (): string => `${gateway}.${++ids}`;
  const nowMs = (): number => Math.floor(clock.nowUs() / 1000);
  const reservations = new Reservations({ ...options, nextId });
  const loading = new Map<string, Promise<Warmth>>();
  const seen = new Map<string, Seen>();

  /** Those who come while the ledger is asked wait for the same answer. */
  const load = (each: BudgetClaim): Promise<Warmth> => {
    const { counter } = each.claim;
    let promise = loading.get(counter);
    if (!promise) {
      promise = warmStart(each, spentSince, nowMs()).finally(() => loading.delete(counter));
      loading.set(counter, promise);
    }
    return promise;
  };
  const claim = async (id: string, planned: PlannedClaims) => {
    const claims = [...planned.budgets, ...planned.rates].map((each) => each.claim);
    let warmth: Warmth[] = [];
    for (let tries = 0; tries <= MAX_WARM_STARTS; tries++) {
      const reply = await counts.claim(id, claims, { warmth });
      if (reply.cold.length === 0) return reply;
      const cold = reply.cold.flatMap((index) => planned.budgets[index] ?? []);
      warmth = [...warmth, ...(await Promise.all(cold.map(load)))];
    }
    throw new Error("the counts of budgets do not keep what they are told");
  };

  return {
    asks,
    async reserve(request: SpendRequest): Promise<SpendDecision> {
      const atMs = nowMs();
      const used = limits;
      const planned = planClaims(used, request, atMs);
      const unpriced = request.estimate.costNano === null ? refusingUnpriced(planned) : null;
      if (unpriced) return unpriced;
      const id = nextId();
      for (const each of planned.budgets) remember(seen, each);
      const isFree = planned.budgets.length + planned.rates.length === 0;
      const { isHeld, counts: found } = isFree ? { isHeld: true, counts: [] } : await claim(id, planned);
      reservations.tell(planned.budgets, found);
      const decision = decide(planned, found, isHeld, request, atMs);
      if (decision.action !== "go") return decision;
      const reservation = reservations.open(id, request, planned, atMs);
      if (used !== limits) await reservations.countIn(limits);
      return { ...decision, reservation };
    },
    async count(request, arrivedMs, actual) {
      const id = nextId();
      const planned = planClaims(limits, request, arrivedMs);
      await reservations.open(id, request, planned, arrivedMs).settle(actual);
    },
    async status() {
      return statusOf({ limits, seen, claim, counts, id: nextId(), spentSince, nowUs: clock.nowUs() });
    },
    async configure(next) {
      limits = next;
      await reservations.countIn(next);
    },
    recount: () => counts.recount(),
    mode: () => counts.mode ?? "memory",
    async stop() {
      await asks.stop();
      await counts.close();
    },
  };
}

function refusingUnpriced({ budgets }: PlannedClaims): SpendDecision | null {
  const strict = budgets.find(({ budget }) => budget.unit === "usd" && budget.unpriced === "block");
  if (!strict) return null;
  const threshold = { percent: 100, action: "block", amount: strict.limit } as const;
  const met = metOf(strict, { spent: 0, held: 0, fitsAfterSec: null }, threshold);
  return { action: "block", met, reason: "unpriced", warnings: [] };
}

const MAX_SEEN = 10_000;

/** Those that were asked for last, for the console. */
function remember(seen: Map<string, Seen>, { budget, value, claim }: BudgetClaim): void {
  seen.delete(claim.counter);
  seen.set(claim.counter, { budget, value });
  if (seen.size <= MAX_SEEN) return;
  const [oldest] = seen.keys();
  if (oldest !== undefined) seen.delete(oldest);
}
