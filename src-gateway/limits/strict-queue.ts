import { type Waiter, WaiterList } from "./waiter-list.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

/** The most urgent first, and of the same priority who came first. A steady flow of urgent requests starves the others. */
export class StrictQueue implements WaitingQueue {
  size = 0;
  readonly #levels = Array.from({ length: 10 }, () => new WaiterList());

  add(waiter: Waiter): number {
    this.#levels[waiter.priority]?.add(waiter);
    this.size++;
    let place = 0;
    for (let priority = 0; priority <= waiter.priority; priority++) place += this.#levels[priority]?.size ?? 0;
    return place;
  }

  next(): Waiter | null {
    if (this.size === 0) return null;
    return this.#levels.find(({ size }) => size > 0)?.first ?? null;
  }

  take(): Waiter | null {
    const waiter = this.next();
    if (waiter) this.remove(waiter);
    return waiter;
  }

  remove(waiter: Waiter): void {
    waiter.list?.remove(waiter);
    this.size--;
  }

  displacedBy(newcomer: Waiter): Waiter | null {
    const last = this.#levels.findLast(({ size }) => size > 0)?.last ?? null;
    return last && last.priority > newcomer.priority ? last : null;
  }

  inOrder(): Waiter[] {
    const all: Waiter[] = [];
    for (const level of this.#levels) for (let w = level.first; w; w = w.after) all.push(w);
    return all;
  }
}
