/** The three orders as one would say them, with lists and searches instead of structures: what the real queues are held to. */
import type { QueueMode } from "../../../src-gateway/settings/types.ts";

export interface NaiveWaiter {
  owner: string;
  priority: number;
}

interface Owner {
  arrival: number;
  startAt: number;
  levelNow: number;
  levelStartAt: Map<number, number>;
}

const charge = (priority: number): number => 2520 / (10 - priority);
const least = <T>(items: T[], rank: (item: T) => number[]): T | undefined =>
  items.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const place = left.findIndex((each, index) => each !== right[index]);
    return place < 0 ? 0 : (left[place] ?? 0) - (right[place] ?? 0);
  })[0];

export class NaiveQueue<T extends NaiveWaiter> {
  /** In the order of arrival. */
  waiting: T[] = [];
  readonly mode: QueueMode;
  #owners = new Map<string, Owner>();
  #now = 0;
  #arrivals = 0;
  #run = 0;

  constructor(mode: QueueMode) {
    this.mode = mode;
  }

  #isStrict({ priority }: T): boolean {
    return this.mode === "strict" || (this.mode === "hybrid" && priority <= 2);
  }

  get #strict(): T[] {
    return this.waiting.filter((waiter) => this.#isStrict(waiter));
  }

  get #fair(): T[] {
    return this.waiting.filter((waiter) => !this.#isStrict(waiter));
  }

  #of(owner: string): T[] {
    return this.#fair.filter((waiter) => waiter.owner === owner);
  }

  add(waiter: T): void {
    if (!this.#isStrict(waiter)) {
      const owner = this.#owners.get(waiter.owner) ?? {
        arrival: this.#arrivals++,
        startAt: this.#now,
        levelNow: 0,
        levelStartAt: new Map<number, number>(),
      };
      this.#owners.set(waiter.owner, owner);
      if (!this.#of(waiter.owner).some(({ priority }) => priority === waiter.priority))
        owner.levelStartAt.set(waiter.priority, Math.max(owner.levelStartAt.get(waiter.priority) ?? 0, owner.levelNow));
    }
    this.waiting.push(waiter);
  }

  next(): T | null {
    const fair = this.#fair;
    return (this.#isUrgentTurn() ? least(this.#strict, ({ priority }) => [priority]) : this.#nextFair(fair)) ?? null;
  }

  take(): T | null {
    const isUrgent = this.#isUrgentTurn();
    const next = this.next();
    this.#run = isUrgent && this.#fair.length > 0 ? this.#run + 1 : 0;
    if (!next) return null;
    const owner = this.#owners.get(next.owner);
    if (!isUrgent && owner) {
      this.#now = owner.startAt;
      owner.levelNow = owner.levelStartAt.get(next.priority) ?? 0;
      owner.levelStartAt.set(next.priority, owner.levelNow + charge(next.priority));
      owner.startAt += charge(next.priority);
    }
    this.remove(next);
    return next;
  }

  #isUrgentTurn(): boolean {
    const isOnlyUrgent = this.mode === "strict" || this.#fair.length === 0;
    return this.#strict.length > 0 && (isOnlyUrgent || this.#run < 15);
  }

  /** Forgets on the way those who have nothing waiting and whose time has come. */
  #nextFair(fair: T[]): T | undefined {
    for (;;) {
      const first = least([...this.#owners], ([, { startAt, arrival }]) => [startAt, arrival]);
      if (!first) return undefined;
      const [name, owner] = first;
      const own = fair.filter((waiter) => waiter.owner === name);
      if (own.length > 0) return least(own, ({ priority }) => [owner.levelStartAt.get(priority) ?? 0, priority]);
      this.#now = Math.max(this.#now, owner.startAt);
      this.#owners.delete(name);
    }
  }

  remove(waiter: T): void {
    this.waiting = this.waiting.filter((other) => other !== waiter);
    if (!this.#isStrict(waiter) && this.#fair.length === 0) {
      this.#owners.clear();
      this.#now = 0;
    }
  }

  displacedBy(newcomer: T): T | null {
    const lowest = (waiters: T[]): T | undefined => least(waiters.toReversed(), ({ priority }) => [-priority]);
    const better = (waiter: T | undefined): T | null => (waiter && waiter.priority > newcomer.priority ? waiter : null);
    const counts = [...new Set(this.#fair.map(({ owner }) => owner))].map((owner) => this.#of(owner).length);
    const most = Math.max(0, ...counts);
    const largest = (owner: string): boolean => this.#of(owner).length === most;
    if (this.#isStrict(newcomer)) {
      if (most === 0) return better(lowest(this.#strict));
      return lowest(this.#of(this.crowd(largest))) ?? null;
    }
    if (most > this.#of(newcomer.owner).length + 1) return lowest(this.#of(this.crowd(largest))) ?? null;
    return better(lowest(this.#of(newcomer.owner)));
  }

  /** Of several owners with the most, any may be meant; a test that needs to know says which. */
  crowd: (isLargest: (owner: string) => boolean) => string = (isLargest) =>
    this.#fair.find(({ owner }) => isLargest(owner))?.owner ?? "";

  copy(): NaiveQueue<T> {
    const copy = new NaiveQueue<T>(this.mode);
    copy.waiting = [...this.waiting];
    copy.#owners = new Map(
      [...this.#owners].map(([name, owner]) => [name, { ...owner, levelStartAt: new Map(owner.levelStartAt) }]),
    );
    copy.#now = this.#now;
    copy.#arrivals = this.#arrivals;
    copy.#run = this.#run;
    return copy;
  }

  /** Everyone in the order of their turns, found out by giving them. */
  inOrder(): T[] {
    const copy = this.copy();
    const order: T[] = [];
    for (let next = copy.take(); next; next = copy.take()) order.push(next);
    return order;
  }
}
