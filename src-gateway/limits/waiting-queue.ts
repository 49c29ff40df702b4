import type { Waiter } from "./waiter-list.ts";

/** The order in which waiters get their turn. No operation but `inOrder` takes longer than O(log n). */
export interface WaitingQueue {
  readonly size: number;
  /** Returns the place that it will have, or the worst that it can have where that takes too long to tell. */
  add(waiter: Waiter): number;
  /** Whose turn it is; stays in the queue. */
  next(): Waiter | null;
  /** Takes out the one that `next` names, and charges its owner for the turn. */
  take(): Waiter | null;
  /** The waiter, which must be in the queue, goes without having had a turn. */
  remove(waiter: Waiter): void;
  /** Whom to send away so that the newcomer can stay in a full queue; null when it is the newcomer that has to go. */
  displacedBy(newcomer: Waiter): Waiter | null;
  /** Everyone, as they would get their turns if nobody else came. */
  inOrder(): Waiter[];
}
