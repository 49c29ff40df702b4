/** What a counter begins with: the sums of the ledger, by slot. */
import type { Warmth } from "./counts.ts";
import type { BudgetClaim } from "./plan-claims.ts";
import type { SpentQuery } from "./types.ts";

/** A rolling window is read in so many pieces; each is taken to have been spent at its end, so it counts too long rather than too short. */
const PIECES = 12;

export async function warmStart(
  { budget, value, window, claim }: BudgetClaim,
  spentSince: (query: SpentQuery) => Promise<number>,
  nowMs: number,
): Promise<Warmth> {
  const { slotSec, oldestSec, stepSec, keepSec } = window;
  const since = (fromSec: number): Promise<number> =>
    spentSince({ scope: budget.per, ...value, unit: budget.unit, fromUs: fromSec * 1_000_000 });
  const { counter } = claim;
  if (stepSec === 0) return { counter, slots: [[slotSec, await since(oldestSec)]], atMs: nowMs, keepSec };
  const slotCount = (slotSec - oldestSec) / stepSec + 1;
  const perPiece = Math.ceil(slotCount / PIECES);
  const starts = Array.from({ length: Math.ceil(slotCount / perPiece) }, (_, n) => oldestSec + n * perPiece * stepSec);
  const sums = await Promise.all(starts.map(since));
  const slots = starts.map((_, n): [number, number] => {
    const lastSlot = n + 1 < starts.length ? (starts[n + 1] ?? 0) - stepSec : slotSec;
    return [lastSlot, Math.max(0, (sums[n] ?? 0) - (sums[n + 1] ?? 0))];
  });
  return { counter, slots, atMs: nowMs, keepSec };
}
