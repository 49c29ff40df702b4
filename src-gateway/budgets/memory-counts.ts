/** Counts of one process. What is claimed in one call is held before any other call is looked at. */
import {
  type Claim,
  type ClaimReply,
  type Count,
  type CountStore,
  LEDGER_DELAY_MS,
  type Place,
  type SetAside,
  type Settlement,
  type Told,
  type Warmth,
} from "./counts.ts";

interface Slot {
  spent: number;
  held: number;
}

interface Counter {
  slots: Map<number, Slot>;
  /** When its sums were read from the ledger; null when they have to be. */
  warmAtMs: number | null;
  /** Marks that were told, in a window that the slot belongs to. */
  told: { slotSec: number; count: number };
  /** May be forgotten then. */
  idleAtSec: number;
}

type Held = Pick<Claim, "counter" | "slotSec" | "amount">;

/** Below so many counters nothing is forgotten. */
const MIN_SWEEP = 1_000;

export class MemoryCounts implements CountStore {
  readonly #counters = new Map<string, Counter>();
  readonly #holds = new Map<string, Held[]>();
  #sweepAt = MIN_SWEEP;

  claim(id: string, claims: readonly Claim[], more: { warmth?: Warmth[]; isForced?: boolean } = {}) {
    return Promise.resolve(this.claimNow(id, claims, more));
  }

  settle(id: string, settlements: readonly Settlement[], atMs: number): Promise<Told[]> {
    return Promise.resolve(this.settleNow(id, settlements, atMs));
  }

  recount(): Promise<void> {
    for (const counter of this.#counters.values()) counter.warmAtMs = null;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  claimNow(
    id: string,
    claims: readonly Claim[],
    { warmth = [], isForced = false }: { warmth?: Warmth[]; isForced?: boolean } = {},
  ): ClaimReply {
    this.#sweep(claims[0]?.slotSec ?? 0);
    for (const each of warmth) this.warm(each);
    const cold = claims.flatMap(({ counter, needsLedger }, index) =>
      needsLedger && this.#counters.get(counter)?.warmAtMs == null ? [index] : [],
    );
    if (cold.length > 0 && !isForced) return { isHeld: false, cold, counts: [] };
    const counts = claims.map((claim) => this.#look(claim));
    const isHeld = this.#holds.has(id) || isForced || !counts.some(({ isRefused }) => isRefused);
    if (isHeld && !this.#holds.has(id)) {
      for (const { counter, slotSec, amount, keepSec } of claims) this.#slot(counter, slotSec, keepSec).held += amount;
      this.#holds.set(
        id,
        claims.map(({ counter, slotSec, amount }) => ({ counter, slotSec, amount })),
      );
    }
    if (!isHeld) for (const [index, count] of counts.entries()) this.#tellRefused(claims[index], count);
    return { isHeld, cold: [], counts };
  }

  settleNow(id: string, settlements: readonly Settlement[], atMs: number): Told[] {
    for (const { counter, slotSec, amount } of this.#holds.get(id) ?? []) {
      const slot = this.#counters.get(counter)?.slots.get(slotSec);
      if (slot) slot.held -= amount;
    }
    this.#holds.delete(id);
    return settlements.map((settlement) => {
      const { counter, slotSec, amount, needsLedger, keepSec, marks } = settlement;
      const known = this.#counters.get(counter);
      // A sum that is read from the ledger later has it already.
      const isCounted = !needsLedger || (known?.warmAtMs != null && atMs >= known.warmAtMs - LEDGER_DELAY_MS);
      if (isCounted) this.#slot(counter, slotSec, keepSec).spent += amount;
      const { spent } = this.sum(settlement);
      return { spent, ...this.#tell(settlement, marks, spent, slotSec) };
    });
  }

  /** What another gateway is known to have counted, in place of the sums here. */
  mirror({ counter, slotSec, keepSec }: Claim, spentByAll: number, atMs: number): void {
    const known = this.#counter(counter);
    for (const slot of known.slots.values()) slot.spent = 0;
    this.#slot(counter, slotSec, keepSec).spent = spentByAll;
    known.warmAtMs = atMs;
  }

  /** What the ids of this process hold, of one counter. */
  heldHere(place: Place): number {
    return this.sum(place).held;
  }

  #look({ counter, oldestSec, amount, stop, setAside }: Claim): Count {
    const known = this.#counters.get(counter);
    if (known) for (const [at, { held }] of known.slots) if (at < oldestSec && held === 0) known.slots.delete(at);
    const { spent, held } = this.sum({ counter, oldestSec });
    const aside = setAside.reduce((sum, each) => sum + this.#unused(each, amount), 0);
    const isWithinOwn = setAside.some((each) => each.isOwn && this.#used(each) + amount <= each.amount);
    const isRefused = stop !== null && !isWithinOwn && spent + held + aside + amount > stop;
    const filled = [...(known?.slots ?? [])].filter(([at, slot]) => at >= oldestSec && slot.spent + slot.held > 0);
    const told = this.#toldOf({ counter, oldestSec });
    return {
      spent,
      held,
      aside,
      isRefused,
      fitsAfterSec: isRefused && stop !== null ? fitsAfter(filled, spent + held + aside + amount - stop) : null,
      newestSec: filled.length === 0 ? null : Math.max(...filled.map(([at]) => at)),
      toldBefore: told,
      toldNow: told,
    };
  }

  #unused(part: SetAside, amount: number): number {
    return Math.max(0, part.amount - this.#used(part) - (part.isOwn ? amount : 0));
  }

  #used(place: Place): number {
    const { spent, held } = this.sum(place);
    return spent + held;
  }

  sum({ counter, oldestSec }: Place): Slot {
    const sum = { spent: 0, held: 0 };
    for (const [at, slot] of this.#counters.get(counter)?.slots ?? []) {
      if (at < oldestSec) continue;
      sum.spent += slot.spent;
      sum.held += slot.held;
    }
    return sum;
  }

  /** A limit that turns a request away is reached, although nothing more is spent on it. */
  #tellRefused(claim: Claim | undefined, count: Count): void {
    if (!claim || !count.isRefused || claim.stop === null) return;
    const told = this.#tell(claim, claim.marks, Math.max(count.spent, claim.stop), claim.slotSec);
    count.toldBefore = told.toldBefore;
    count.toldNow = told.toldNow;
  }

  #tell(place: Place, marks: readonly number[], reached: number, slotSec: number) {
    const toldBefore = this.#toldOf(place);
    const toldNow = Math.max(toldBefore, marks.filter((mark) => mark <= reached).length);
    const known = this.#counters.get(place.counter);
    if (known && toldNow > toldBefore) known.told = { slotSec, count: toldNow };
    return { toldBefore, toldNow };
  }

  /** What was told in a window that is over can be told again. */
  #toldOf({ counter, oldestSec }: Place): number {
    const told = this.#counters.get(counter)?.told;
    return told === undefined || told.slotSec < oldestSec ? 0 : told.count;
  }

  warm({ counter, slots, atMs, keepSec }: Warmth): void {
    const known = this.#counter(counter);
    if (known.warmAtMs !== null) return;
    for (const slot of known.slots.values()) slot.spent = 0;
    for (const [slotSec, spent] of slots) this.#slot(counter, slotSec, keepSec).spent += spent;
    known.warmAtMs = atMs;
  }

  #counter(name: string): Counter {
    let known = this.#counters.get(name);
    if (!known) {
      known = { slots: new Map(), warmAtMs: null, told: { slotSec: 0, count: 0 }, idleAtSec: 0 };
      this.#counters.set(name, known);
    }
    return known;
  }

  #slot(name: string, slotSec: number, keepSec: number): Slot {
    const known = this.#counter(name);
    known.idleAtSec = Math.max(known.idleAtSec, slotSec + keepSec);
    let slot = known.slots.get(slotSec);
    if (!slot) known.slots.set(slotSec, (slot = { spent: 0, held: 0 }));
    return slot;
  }

  #sweep(nowSec: number): void {
    if (this.#counters.size < this.#sweepAt) return;
    for (const [name, { idleAtSec, slots }] of this.#counters)
      if (idleAtSec < nowSec && ![...slots.values()].some(({ held }) => held > 0)) this.#counters.delete(name);
    this.#sweepAt = Math.max(MIN_SWEEP, 2 * this.#counters.size);
  }
}

/** The slot after which so much is free. */
function fitsAfter(filled: [number, Slot][], missing: number): number | null {
  let free = 0;
  for (const [at, { spent, held }] of filled.sort(([a], [b]) => a - b)) {
    free += spent + held;
    if (free >= missing) return at;
  }
  return null;
}
