import { CrowdCount } from "./crowd-count.ts";
import { OwnerHeap } from "./owner-heap.ts";
import { OwnerTurns } from "./owner-turns.ts";
import type { Waiter } from "./waiter-list.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

/**
 * Start-time fair queueing: each owner has a virtual time that moves on with every turn it gets, and the owner that is
 * furthest behind is next. Charges fall due with the turn, so a waiter that leaves costs its owner nothing. Nobody
 * starves: an owner's time stands still while it waits, and everybody else's moves on.
 */
export class FairQueue implements WaitingQueue {
  size = 0;
  readonly #owners = new Map<string, OwnerTurns>();
  readonly #heap = new OwnerHeap();
  readonly #crowds = new CrowdCount();
  #now = 0;
  #arrivals = 0;

  add(waiter: Waiter): number {
    let owner = this.#owners.get(waiter.owner);
    if (!owner) {
      // It begins at the present, or it could save up turns by staying away.
      owner = new OwnerTurns(waiter.owner, this.#arrivals++, this.#now);
      this.#owners.set(waiter.owner, owner);
      this.#heap.add(owner);
    }
    owner.add(waiter);
    this.#crowds.move(owner, owner.waiting - 1);
    return ++this.size;
  }

  next(): Waiter | null {
    return this.#nextOwner()?.next() ?? null;
  }

  take(): Waiter | null {
    const owner = this.#nextOwner();
    if (!owner) return null;
    this.#now = owner.startAt;
    const waiter = owner.take();
    this.#heap.sinkFirst();
    this.#left(owner);
    return waiter;
  }

  remove(waiter: Waiter): void {
    const owner = this.#owners.get(waiter.owner);
    if (!owner) return;
    owner.remove(waiter);
    this.#left(owner);
  }

  displacedBy(newcomer: Waiter): Waiter | null {
    const own = this.#owners.get(newcomer.owner);
    const largest = this.#crowds.largest();
    if (largest && largest.waiting > (own?.waiting ?? 0) + 1) return largest.last();
    const last = own?.last() ?? null;
    return last && last.priority > newcomer.priority ? last : null;
  }

  /** Room for someone from outside: the last of the owner with the most. */
  last(): Waiter | null {
    return this.#crowds.largest()?.last() ?? null;
  }

  inOrder(): Waiter[] {
    const turns = [...this.#owners.values()].flatMap((owner) =>
      owner.plan().map(({ waiter, startAt }) => ({ waiter, startAt, arrival: owner.arrival })),
    );
    return turns.sort((a, b) => a.startAt - b.startAt || a.arrival - b.arrival).map(({ waiter }) => waiter);
  }

  /**
   * An owner without waiters is kept until its virtual time has passed: one that comes back before that goes on from what
   * it has used, or a client that always has one request waiting would always be next.
   */
  #nextOwner(): OwnerTurns | null {
    for (let owner = this.#heap.first; owner; owner = this.#heap.first) {
      if (owner.waiting > 0) return owner;
      this.#now = Math.max(this.#now, owner.startAt);
      this.#owners.delete(owner.owner);
      this.#heap.removeFirst();
    }
    return null;
  }

  #left(owner: OwnerTurns): void {
    this.#crowds.move(owner, owner.waiting + 1);
    if (--this.size > 0) return;
    this.#owners.clear();
    this.#heap.clear();
    this.#now = 0;
  }
}
