/** How budgets stand, for people. */
import type { BudgetConfig } from "../settings/budget-types.ts";
import type { ClaimReply, CountStore } from "./counts.ts";
import { forecast } from "./forecast.ts";
import { isOwn } from "./own-limits.ts";
import { type BudgetClaim, counterOf, limitAt, type PlannedClaims } from "./plan-claims.ts";
import type { BudgetStatus, Limits, Named, SpentQuery } from "./types.ts";
import { windowAt } from "./windows.ts";

/** Somebody who was counted by a budget. */
export interface Seen {
  /** As it was when it was counted last; a key's own is not in the configuration. */
  budget: BudgetConfig;
  value: Named;
}

interface Asked {
  limits: Limits;
  seen: ReadonlyMap<string, Seen>;
  claim: (id: string, planned: PlannedClaims) => Promise<ClaimReply>;
  counts: CountStore;
  id: string;
  spentSince: (query: SpentQuery) => Promise<number>;
  nowUs: number;
}

/** The pace of windows without a beginning is that of so long. */
const PACE_US = 7 * 86_400_000_000;

export async function statusOf({ limits, seen, claim, counts, id, spentSince, nowUs }: Asked): Promise<BudgetStatus[]> {
  const nowMs = Math.floor(nowUs / 1000);
  const configured = new Set(limits.budgets.map((budget) => budget.id));
  const own = [...seen.values()].filter(({ budget }) => !configured.has(budget.id) && isOwn(budget));
  const all = [
    ...limits.budgets.flatMap((budget) => valuesOf(budget, seen).map((value) => look(budget, value, nowMs))),
    ...own.map(({ budget, value }) => look(budget, value, nowMs)),
  ];
  if (all.length === 0) return [];
  // A claim of nothing: counts that are not known yet are read on the way.
  const reply = await claim(id, { budgets: all, rates: [] });
  await counts.settle(id, [], nowMs);
  return Promise.all(
    all.map(async ({ budget, value, limit, window }, index): Promise<BudgetStatus> => {
      const { spent = 0, held = 0 } = reply.counts[index] ?? {};
      const resetsAtUs = window.endsAtSec === null ? null : window.endsAtSec * 1_000_000;
      const startsAtUs = window.oldestSec * 1_000_000;
      const sinceUs = resetsAtUs === null ? Math.max(startsAtUs, nowUs - PACE_US) : startsAtUs;
      const used =
        sinceUs === startsAtUs
          ? spent
          : await spentSince({ scope: budget.per, ...value, unit: budget.unit, fromUs: sinceUs });
      // What a rolling window has spent falls out of it again: at a steady pace it stays as it is.
      const usedUpAtUs = window.stepSec > 0 ? null : forecast({ spent, limit, used, sinceUs, nowUs, resetsAtUs });
      const { id: name, per: scope, kind, unit } = budget;
      return {
        budget: name,
        scope,
        value: value.name,
        kind,
        unit,
        limit,
        spent,
        held,
        startsAtUs,
        resetsAtUs,
        usedUpAtUs,
      };
    }),
  );
}

/** Those who were seen. */
function valuesOf(budget: BudgetConfig, seen: ReadonlyMap<string, Seen>): Named[] {
  if (budget.per === "global") return [{ id: "", name: "" }];
  const values = [...seen.values()].filter((each) => each.budget.id === budget.id).map(({ value }) => value);
  return [...new Map(values.map((value) => [counterOf(budget, value), value])).values()];
}

function look(budget: BudgetConfig, value: Named, nowMs: number): BudgetClaim {
  const window = windowAt(budget.window, nowMs);
  const { slotSec, oldestSec, keepSec } = window;
  const counter = counterOf(budget, value);
  const claim = {
    counter,
    slotSec,
    oldestSec,
    amount: 0,
    stop: null,
    setAside: [],
    marks: [],
    needsLedger: true,
    keepSec,
  };
  return { budget, value, limit: limitAt(budget, nowMs), window, thresholds: [], claim };
}
