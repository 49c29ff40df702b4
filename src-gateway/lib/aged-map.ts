/**
 * A map in the order in which its keys were last set, which knows the oldest of them at once. Thousands of entries come and
 * go in it: a plain `Map` would walk over the places of all that was deleted at its front, move to a new table each time it
 * is full of such places, and keep what each entry leads to scattered over memory. Here a place that is left is filled again.
 * Keys are hashes as text, or begin like one: their first characters say where they are kept.
 */
const NOBODY = -1;

export class AgedMap<Value> {
  private keys: (string | undefined)[];
  private values: (Value | undefined)[];
  /** Of the keys, which themselves lie anywhere in memory. */
  private hashes: Int32Array;
  /** Of each place the one that was set before it, and the one after; of free places the next one that is free. */
  private before: Int32Array;
  private after: Int32Array;
  /** Where a key may stand, as place + 1; 0 ends a search. */
  private table: Int32Array;
  private mask: number;
  private first = NOBODY;
  private last = NOBODY;
  private free = 0;
  private count = 0;

  /** @param places to begin with; a power of two. There are twice as many whenever all are taken. */
  constructor(places = 16) {
    this.keys = emptyPlaces(places);
    this.values = emptyPlaces(places);
    this.hashes = new Int32Array(places);
    this.before = new Int32Array(places);
    this.after = freePlaces(0, places);
    this.table = new Int32Array(2 * places);
    this.mask = 2 * places - 1;
  }

  get size(): number {
    return this.count;
  }

  get(key: string): Value | undefined {
    const place = (this.table[this.slotOf(key, hashOf(key))] ?? 0) - 1;
    return place < 0 ? undefined : this.values[place];
  }

  /** The key is the youngest now. */
  set(key: string, value: Value): void {
    const hash = hashOf(key);
    let slot = this.slotOf(key, hash);
    let place = (this.table[slot] ?? 0) - 1;
    if (place < 0) {
      if (this.free === NOBODY) {
        this.grow();
        slot = this.slotOf(key, hash);
      }
      place = this.free;
      this.free = this.after[place] ?? NOBODY;
      this.keys[place] = key;
      this.hashes[place] = hash;
      this.table[slot] = place + 1;
      this.count++;
    } else this.unlink(place);
    this.values[place] = value;
    this.link(place);
  }

  delete(key: string): void {
    const slot = this.slotOf(key, hashOf(key));
    const place = (this.table[slot] ?? 0) - 1;
    if (place < 0) return;
    this.closeGap(slot);
    this.unlink(place);
    this.keys[place] = undefined;
    this.values[place] = undefined;
    this.after[place] = this.free;
    this.free = place;
    this.count--;
  }

  oldest(): readonly [string, Value] | undefined {
    const key = this.keys[this.first];
    return key === undefined ? undefined : [key, this.values[this.first] as Value];
  }

  /** Where in the table the key is, or would be put. */
  private slotOf(key: string, hash: number): number {
    const { table, keys, hashes, mask } = this;
    let slot = hash & mask;
    for (let place = table[slot] ?? 0; place !== 0; place = table[slot] ?? 0) {
      if (hashes[place - 1] === hash && keys[place - 1] === key) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Whoever was pushed on from this place in the table, or over it, moves up: a search ends at the first empty one. */
  private closeGap(from: number): void {
    const { table, hashes, mask } = this;
    let gap = from;
    for (let slot = (from + 1) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      const place = table[slot] ?? 0;
      const wanted = (hashes[place - 1] ?? 0) & mask;
      if (((slot - wanted) & mask) < ((slot - gap) & mask)) continue;
      table[gap] = place;
      gap = slot;
    }
    table[gap] = 0;
  }

  private link(place: number): void {
    this.before[place] = this.last;
    this.after[place] = NOBODY;
    if (this.last === NOBODY) this.first = place;
    else this.after[this.last] = place;
    this.last = place;
  }

  private unlink(place: number): void {
    const before = this.before[place] ?? NOBODY;
    const after = this.after[place] ?? NOBODY;
    if (before === NOBODY) this.first = after;
    else this.after[before] = after;
    if (after === NOBODY) this.last = before;
    else this.before[after] = before;
  }

  private grow(): void {
    const had = this.keys.length;
    const places = 2 * had;
    this.keys = this.keys.concat(emptyPlaces(had));
    this.values = this.values.concat(emptyPlaces(had));
    this.before = larger(this.before, new Int32Array(places));
    this.after = larger(this.after, freePlaces(had, places));
    this.free = had;
    this.table = new Int32Array(2 * places);
    this.mask = 2 * places - 1;
    this.hashes = larger(this.hashes, new Int32Array(places));
    for (let place = 0; place < had; place++)
      this.table[this.slotOf(this.keys[place] ?? "", this.hashes[place] ?? 0)] = place + 1;
  }
}

const emptyPlaces = <Kind>(places: number): (Kind | undefined)[] => Array.from({ length: places }, () => undefined);

/** Each leads to the next, from `first` on. */
const freePlaces = (first: number, places: number): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: places }, (_, place) => (place < first || place + 1 === places ? NOBODY : place + 1));

function larger(few: Int32Array, many: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  many.set(few);
  return many;
}

/** Nobody outside can find keys that are all kept in one place. */
const SEED = Math.floor(Math.random() * 2 ** 31);
/** Of the characters of a key: they are four bits of a hash at least, and mostly eight. */
const LOOKED_AT = 8;

function hashOf(key: string): number {
  let hash = SEED;
  const end = Math.min(key.length, LOOKED_AT);
  for (let at = 0; at < end; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
