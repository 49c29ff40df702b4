import type { Priority } from "./types.ts";
import { type Waiter, WaiterList } from "./waiter-list.ts";

/** The least common multiple of the weights 1 to 10, so that every charge is a whole number and no rounding adds up. */
const WHOLE_TURN = 2520;

/** What a turn costs: priority 0 has ten times the weight of priority 9. */
const chargeOf = (priority: number): number => WHOLE_TURN / (10 - priority);

/**
 * The waiters of one owner. `startAt` is the virtual time of the owner's next turn: it moves on with each turn, by less
 * for an urgent request. Among the owner's own priorities the same is done once more, so that none of them starves.
 */
export class OwnerTurns {
  readonly owner: string;
  /** Decides between owners of the same virtual time: who came first. */
  readonly arrival: number;
  startAt: number;
  waiting = 0;
  readonly #levels: (WaiterList | undefined)[] = [];
  readonly #levelStartAt: number[] = Array.from({ length: 10 }, () => 0);
  #levelNow = 0;

  constructor(owner: string, arrival: number, startAt: number) {
    this.owner = owner;
    this.arrival = arrival;
    this.startAt = startAt;
  }

  add(waiter: Waiter): void {
    const { priority } = waiter;
    const level = (this.#levels[priority] ??= new WaiterList());
    // A level that was empty has saved up nothing, and what it had in advance it still owes.
    if (level.size === 0) this.#levelStartAt[priority] = Math.max(this.#levelStartAt[priority] ?? 0, this.#levelNow);
    level.add(waiter);
    this.waiting++;
  }

  next(): Waiter | null {
    return this.#levels[this.#nextLevel()]?.first ?? null;
  }

  take(): Waiter | null {
    const priority = this.#nextLevel();
    const waiter = this.#levels[priority]?.first ?? null;
    if (!waiter) return null;
    this.#levelNow = this.#levelStartAt[priority] ?? 0;
    this.#levelStartAt[priority] = this.#levelNow + chargeOf(priority);
    this.startAt += chargeOf(priority);
    this.remove(waiter);
    return waiter;
  }

  remove(waiter: Waiter): void {
    waiter.list?.remove(waiter);
    this.waiting--;
  }

  /** The one that matters least: the latest of the least urgent. */
  last(): Waiter | null {
    return this.#levels.findLast((level) => level !== undefined && level.size > 0)?.last ?? null;
  }

  /** Its waiters with the virtual times of their turns, in order, if nothing changes. */
  plan(): { waiter: Waiter; startAt: number }[] {
    const heads: { waiter: Waiter; levelStartAt: number }[] = [];
    for (const [priority, level] of this.#levels.entries())
      if (level?.first) heads.push({ waiter: level.first, levelStartAt: this.#levelStartAt[priority] ?? 0 });
    const planned: { waiter: Waiter; startAt: number }[] = [];
    let { startAt } = this;
    while (heads.length > 0) {
      const head = heads.reduce((best, other) => (other.levelStartAt < best.levelStartAt ? other : best));
      planned.push({ waiter: head.waiter, startAt });
      startAt += chargeOf(head.waiter.priority);
      head.levelStartAt += chargeOf(head.waiter.priority);
      if (head.waiter.after) head.waiter = head.waiter.after;
      else heads.splice(heads.indexOf(head), 1);
    }
    return planned;
  }

  /** The level whose turn it is: the earliest virtual time, and of those the most urgent. */
  #nextLevel(): Priority {
    let best = -1;
    for (let priority = 0; priority < 10; priority++) {
      if ((this.#levels[priority]?.size ?? 0) === 0) continue;
      if (best < 0 || (this.#levelStartAt[priority] ?? 0) < (this.#levelStartAt[best] ?? 0)) best = priority;
    }
    return Math.max(best, 0) as Priority;
  }
}
