import { FairQueue } from "./fair-queue.ts";
import { StrictQueue } from "./strict-queue.ts";
import type { Waiter } from "./waiter-list.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

/** Priorities up to this one go strictly before the others. */
const LAST_STRICT = 2;
/** After so many urgent turns in a row one of the others is let in, or urgent requests alone could starve them. */
const MAX_STRICT_RUN = 15;

export class HybridQueue implements WaitingQueue {
  readonly #strict = new StrictQueue();
  readonly #fair = new FairQueue();
  /** Urgent turns in a row while others waited. */
  #run = 0;

  get size(): number {
    return this.#strict.size + this.#fair.size;
  }

  add(waiter: Waiter): number {
    if (!isStrict(waiter)) return this.#fair.add(waiter) + this.#strict.size;
    const place = this.#strict.add(waiter);
    return place + Math.min(this.#fair.size, Math.floor((this.#run + place - 1) / MAX_STRICT_RUN));
  }

  next(): Waiter | null {
    return this.#isStrictTurn() ? this.#strict.next() : this.#fair.next();
  }

  take(): Waiter | null {
    if (!this.#isStrictTurn()) {
      this.#run = 0;
      return this.#fair.take();
    }
    this.#run = this.#fair.size > 0 ? this.#run + 1 : 0;
    return this.#strict.take();
  }

  remove(waiter: Waiter): void {
    (isStrict(waiter) ? this.#strict : this.#fair).remove(waiter);
  }

  displacedBy(newcomer: Waiter): Waiter | null {
    if (!isStrict(newcomer)) return this.#fair.displacedBy(newcomer);
    return this.#fair.last() ?? this.#strict.displacedBy(newcomer);
  }

  inOrder(): Waiter[] {
    const strict = this.#strict.inOrder();
    const fair = this.#fair.inOrder();
    const all: Waiter[] = [];
    let run = this.#run;
    let taken = 0;
    for (const waiter of strict) {
      const other = fair[taken];
      if (run >= MAX_STRICT_RUN && other) {
        all.push(other);
        taken++;
        run = 0;
      }
      all.push(waiter);
      run++;
    }
    return [...all, ...fair.slice(taken)];
  }

  #isStrictTurn(): boolean {
    return this.#strict.size > 0 && (this.#fair.size === 0 || this.#run < MAX_STRICT_RUN);
  }
}

const isStrict = (waiter: Waiter): boolean => waiter.priority <= LAST_STRICT;
