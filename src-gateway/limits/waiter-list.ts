import type { Priority } from "./types.ts";

/** A request that waits, as the queues see it. They link waiters through it, so that leaving costs the same for everyone. */
export interface Waiter {
  readonly priority: Priority;
  readonly owner: string;
  readonly bytes: number;
  /** It holds a place now. */
  admit(): void;
  /** A more urgent request needed its place in the full queue. */
  turnAway(): void;
  onPosition(position: number): void;
  /** What it was told last. */
  position: number;
  list: WaiterList | null;
  before: Waiter | null;
  after: Waiter | null;
}

/** First in, first out; and out of the middle. */
export class WaiterList {
  size = 0;
  first: Waiter | null = null;
  last: Waiter | null = null;

  add(waiter: Waiter): void {
    waiter.list = this;
    waiter.before = this.last;
    waiter.after = null;
    if (this.last) this.last.after = waiter;
    else this.first = waiter;
    this.last = waiter;
    this.size++;
  }

  remove(waiter: Waiter): void {
    if (waiter.before) waiter.before.after = waiter.after;
    else this.first = waiter.after;
    if (waiter.after) waiter.after.before = waiter.before;
    else this.last = waiter.before;
    waiter.list = waiter.before = waiter.after = null;
    this.size--;
  }
}
