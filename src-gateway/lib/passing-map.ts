/**
 * A map for what comes and goes: entries that live for moments, in a map that lives as long as the process.
 *
 * A `Map` or `Set` moves to a new table when the places of what was deleted have filled it, and V8 lets the table that it
 * leaves point to the new one and keep its entries. Once a full collection has moved one of them to old memory, each table
 * that follows is held by the one before until the next full collection, and with it all that was under way when it was
 * left: measured, a quarter to all of the garbage of requests outlived the young collections that should have taken it.
 * Here a place that is left is empty, and is filled again.
 */
export class PassingMap<Value> {
  private keys: Float64Array;
  private values: (Value | undefined)[];
  private mask: number;
  private count = 0;

  /** @param places to begin with; a power of two. There are twice as many whenever half of them are taken. */
  constructor(places = 64) {
    this.keys = new Float64Array(places);
    this.values = emptyPlaces(places);
    this.mask = places - 1;
  }

  get size(): number {
    return this.count;
  }

  get(key: number): Value | undefined {
    return this.values[this.placeOf(key)];
  }

  set(key: number, value: Value & ({} | null)): void {
    const place = this.placeOf(key);
    if (this.values[place] === undefined) {
      this.keys[place] = key;
      this.count++;
    }
    this.values[place] = value;
    if (this.count * 2 > this.values.length) this.grow();
  }

  delete(key: number): boolean {
    let hole = this.placeOf(key);
    if (this.values[hole] === undefined) return false;
    this.count--;
    // Whoever was pushed on from this place, or over it, moves up: a search ends at the first empty place.
    for (let at = (hole + 1) & this.mask; this.values[at] !== undefined; at = (at + 1) & this.mask) {
      const wanted = hashOf(this.keys[at] ?? 0) & this.mask;
      if (((at - wanted) & this.mask) < ((at - hole) & this.mask)) continue;
      this.keys[hole] = this.keys[at] ?? 0;
      this.values[hole] = this.values[at];
      hole = at;
    }
    this.values[hole] = undefined;
    return true;
  }

  /** In no order. What is set or deleted meanwhile may be met twice, or not. */
  *[Symbol.iterator](): Generator<Value> {
    for (const value of this.values) if (value !== undefined) yield value;
  }

  /** Where the key is, or would be put. */
  private placeOf(key: number): number {
    let at = hashOf(key) & this.mask;
    while (this.values[at] !== undefined && this.keys[at] !== key) at = (at + 1) & this.mask;
    return at;
  }

  private grow(): void {
    const { keys, values } = this;
    const places = 2 * values.length;
    this.keys = new Float64Array(places);
    this.values = emptyPlaces(places);
    this.mask = places - 1;
    this.count = 0;
    for (const [at, value] of values.entries()) {
      const key = keys[at];
      if (value === undefined || key === undefined) continue;
      const place = this.placeOf(key);
      this.keys[place] = key;
      this.values[place] = value;
      this.count++;
      // The list that is left must not hold what it held.
      values[at] = undefined;
    }
  }
}

const emptyPlaces = <Value>(places: number): (Value | undefined)[] => Array.from({ length: places }, () => undefined);

/** Ids are moments in microseconds, too large for the bit operations as they are, and near to each other. */
function hashOf(key: number): number {
  const low = key | 0;
  const high = (key / 4_294_967_296) | 0;
  const mixed = Math.imul(low ^ high, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
