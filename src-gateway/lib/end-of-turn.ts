import { performance } from "node:perf_hooks";

/**
 * What is put off until the sockets that are ready now have been heard, and then done for all at once: first the work, then
 * the writes that come of it. The same code for one after another costs less than one thing after the other for each; and
 * whoever is woken by the first of several writes is awake for the others, which the system then does for half of the price.
 */
type Stage = "work" | "writes";

/** A turn works no longer than that before its answers go out; the rest is for the next. */
const MAX_WORK_MS = 3;
const MAX_HOLD_MS = 1;

const due: Record<Stage, { doUntil(endMs: number): boolean }[]> = { work: [], writes: [] };
let isArmed = false;
let isHeld = false;
/** Monotonic; null while no work is held. */
let heldSinceMs: number | null = null;
/** Monotonic; null before a turn has been asked for it. */
let thisTurnMs: number | null = null;

/** When this turn of the event loop, or the piece of its work that is being done, was first asked for the time (monotonic ms). */
export function turnMs(): number {
  if (thisTurnMs === null) {
    thisTurnMs = performance.now();
    // Nothing but its end says that the next one has begun.
    arm();
  }
  return thisTurnMs;
}

/**
 * Somebody has come in, and others may stand behind. The system lets in one a turn, so turns are kept short for a moment, and
 * what they have brought is worked on together.
 */
export function holdWork(): void {
  isHeld = true;
  // What comes in a later turn is not held for it.
  arm();
}

export class EndOfTurn<Item> {
  readonly #stage: Stage;
  readonly #work: (item: Item) => void;
  #waiting: Item[] = [];

  /** @param work must not throw. */
  constructor(stage: Stage, work: (item: Item) => void) {
    this.#stage = stage;
    this.#work = work;
  }

  add(item: Item): void {
    if (this.#waiting.push(item) > 1) return;
    due[this.#stage].push(this);
    arm();
  }

  /** At least one. @returns false when the time was up before all was done. */
  doUntil(endMs: number): boolean {
    const items = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < items.length; at++) {
      this.#work(items[at] as Item);
      if (at + 1 === items.length || endMs === Number.POSITIVE_INFINITY) continue;
      thisTurnMs = performance.now();
      if (thisTurnMs > endMs) {
        this.#waiting = [...items.slice(at + 1), ...this.#waiting];
        return false;
      }
    }
    return true;
  }
}

/** Two calls, because the promises that the work has settled are heard between them. */
function arm(): void {
  if (isArmed) return;
  isArmed = true;
  setImmediate(doWork);
  setImmediate(endTurn);
}

function doWork(): void {
  const mayBeHeld = isHeld;
  isHeld = false;
  if (due.work.length > 0) {
    const nowMs = performance.now();
    thisTurnMs = nowMs;
    if (mayBeHeld) {
      heldSinceMs ??= nowMs;
      if (nowMs - heldSinceMs < MAX_HOLD_MS) return;
    }
    doAll("work", nowMs + MAX_WORK_MS);
  }
  heldSinceMs = null;
}

function doAll(stage: Stage, endMs = Number.POSITIVE_INFINITY): void {
  const all = due[stage];
  if (all.length === 0) return;
  due[stage] = [];
  for (const each of all) if (!each.doUntil(endMs)) due[stage].push(each);
}

function endTurn(): void {
  isArmed = false;
  doAll("writes");
  thisTurnMs = null;
  if (due.work.length > 0) arm();
}
