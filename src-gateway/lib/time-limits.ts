import { turnMs } from "./end-of-turn.ts";

/** How long something may last, from when it was asked for on. */
export class TimeLimit<Item> {
  readonly untilMs: number;
  readonly item: Item;
  readonly queue: Queue<Item>;
  isWaiting = true;
  before: TimeLimit<Item> | null = null;
  after: TimeLimit<Item> | null = null;

  constructor(untilMs: number, item: Item, queue: Queue<Item>) {
    this.untilMs = untilMs;
    this.item = item;
    this.queue = queue;
  }

  /** Without effect when the time has run out. */
  lift(): void {
    if (this.isWaiting) this.queue.remove(this);
  }
}

/**
 * Time limits that are many and nearly never reached, as those of calls to providers. One timer serves all that are equally
 * long, and it does not keep the process alive.
 */
export class TimeLimits<Item> {
  readonly #queues = new Map<number, Queue<Item>>();
  readonly #ranOut: (item: Item) => void;
  readonly #nowMs: () => number;

  constructor(ranOut: (item: Item) => void, nowMs = turnMs) {
    this.#ranOut = ranOut;
    this.#nowMs = nowMs;
  }

  set(ms: number, item: Item): TimeLimit<Item> {
    let queue = this.#queues.get(ms);
    if (queue === undefined) {
      queue = new Queue(ms, this.#ranOut, this.#nowMs, () => this.#queues.delete(ms));
      this.#queues.set(ms, queue);
    }
    return queue.add(item);
  }
}

/** More than a timer can wait for at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Those that are equally long run out in the order in which they were set. */
class Queue<Item> {
  readonly #ms: number;
  readonly #ranOut: (item: Item) => void;
  readonly #nowMs: () => number;
  readonly #forget: () => void;
  #first: TimeLimit<Item> | null = null;
  #last: TimeLimit<Item> | null = null;
  #isTimed = false;

  /** @param forget is called when nothing has waited for a while. */
  constructor(ms: number, ranOut: (item: Item) => void, nowMs: () => number, forget: () => void) {
    this.#ms = ms;
    this.#ranOut = ranOut;
    this.#nowMs = nowMs;
    this.#forget = forget;
  }

  add(item: Item): TimeLimit<Item> {
    const limit = new TimeLimit(this.#nowMs() + this.#ms, item, this);
    limit.before = this.#last;
    if (this.#last === null) this.#first = limit;
    else this.#last.after = limit;
    this.#last = limit;
    if (!this.#isTimed) this.#setTimer(this.#ms);
    return limit;
  }

  remove(limit: TimeLimit<Item>): void {
    const { before, after } = limit;
    limit.isWaiting = false;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    // A limit that somebody holds on to must not hold the others.
    limit.before = null;
    limit.after = null;
  }

  #setTimer(ms: number): void {
    this.#isTimed = true;
    setTimeout(() => this.#look(), Math.min(ms, MAX_TIMER_MS)).unref();
  }

  #look(): void {
    const nowMs = this.#nowMs();
    this.#isTimed = false;
    try {
      for (let first = this.#first; first !== null && first.untilMs <= nowMs; first = this.#first) {
        this.remove(first);
        this.#ranOut(first.item);
      }
    } finally {
      const first = this.#first;
      if (first === null) this.#forget();
      else if (!this.#isTimed) this.#setTimer(Math.max(1, Math.ceil(first.untilMs - nowMs)));
    }
  }
}
