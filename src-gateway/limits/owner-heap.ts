import type { OwnerTurns } from "./owner-turns.ts";

const isBefore = (a: OwnerTurns, b: OwnerTurns): boolean =>
  a.startAt < b.startAt || (a.startAt === b.startAt && a.arrival < b.arrival);

/** Owners by the virtual time of their next turn. Only the first one's time ever changes, and only to a later one. */
export class OwnerHeap {
  readonly #owners: OwnerTurns[] = [];

  get first(): OwnerTurns | null {
    return this.#owners[0] ?? null;
  }

  add(owner: OwnerTurns): void {
    const owners = this.#owners;
    let place = owners.length;
    owners.push(owner);
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = owners[parentPlace];
      if (!parent || isBefore(parent, owner)) break;
      owners[place] = parent;
      place = parentPlace;
    }
    owners[place] = owner;
  }

  removeFirst(): void {
    const last = this.#owners.pop();
    if (!last || this.#owners.length === 0) return;
    this.#owners[0] = last;
    this.sinkFirst();
  }

  /** The first one's time has moved on. */
  sinkFirst(): void {
    const owners = this.#owners;
    const [owner] = owners;
    if (!owner) return;
    let place = 0;
    for (;;) {
      let childPlace = 2 * place + 1;
      let child = owners[childPlace];
      const right = owners[childPlace + 1];
      if (child && right && isBefore(right, child)) {
        childPlace++;
        child = right;
      }
      if (!child || isBefore(owner, child)) break;
      owners[place] = child;
      place = childPlace;
    }
    owners[place] = owner;
  }

  clear(): void {
    this.#owners.length = 0;
  }
}
