import type { OwnerTurns } from "./owner-turns.ts";

/** Knows the owner with the most waiters. Counts change by one at a time, so the answer never has to be searched for. */
export class CrowdCount {
  readonly #byCount: Set<OwnerTurns>[] = [new Set()];
  #most = 0;

  /** After `owner.waiting` went up or down by one from `before`. */
  move(owner: OwnerTurns, before: number): void {
    const { waiting } = owner;
    this.#byCount[before]?.delete(owner);
    if (waiting > 0) (this.#byCount[waiting] ??= new Set()).add(owner);
    if (waiting > this.#most) this.#most = waiting;
    else if (before === this.#most && this.#byCount[before]?.size === 0) this.#most = before - 1;
  }

  /** Of several, the one that has been so for longest. */
  largest(): OwnerTurns | null {
    for (const owner of this.#byCount[this.#most] ?? []) return owner;
    return null;
  }
}
