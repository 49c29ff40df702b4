/** More keys than this in one object are remembered in a set instead of being compared one by one. */
const LINEAR_KEYS = 32;
/** Bodies as they are need no more; they grow where many deeply nested objects have many keys. */
const FIRST_PLACES = 512;
const FIRST_LEVELS = 64;
/** In place of where the keys of an object begin. */
const IS_ARRAY = -1;

/**
 * The containers that a scan is inside of, the innermost last, with the keys of the objects among them, for finding those
 * that stand twice. One serves all scans of a process, one after the other: lists that come and go with each object of each
 * body cost more than the comparing.
 */
export class OpenContainers {
  depth = 0;
  /** By depth: where its keys begin. */
  private bases = new Int32Array(FIRST_LEVELS);
  /** Of all objects, one behind the other: offsets (quotes included) and a hash. */
  private starts = new Int32Array(FIRST_PLACES);
  private ends = new Int32Array(FIRST_PLACES);
  private hashes = new Int32Array(FIRST_PLACES);
  private count = 0;
  /** Of the objects with many keys, or escaped ones. */
  private readonly crowded: { depth: number; names: Set<string> }[] = [];

  /** A scan that was broken off has left none of its containers. */
  clear(): void {
    this.depth = 0;
    this.count = 0;
    if (this.crowded.length > 0) this.crowded.length = 0;
  }

  isInObject(): boolean {
    return this.bases[this.depth - 1] !== IS_ARRAY;
  }

  enter(isObject: boolean): void {
    if (this.depth === this.bases.length) this.bases = larger(this.bases);
    this.bases[this.depth++] = isObject ? this.count : IS_ARRAY;
  }

  leave(): void {
    const base = this.bases[--this.depth] ?? IS_ARRAY;
    if (base === IS_ARRAY) return;
    this.count = base;
    if (this.isCrowded(this.depth + 1)) this.crowded.pop();
  }

  /** False when the innermost object already has this key. Escapes count: `"a"` and `"\u0061"` are the same key. */
  add(bytes: Buffer, start: number, end: number, hash: number, escaped: boolean): boolean {
    const { count, starts, ends, hashes } = this;
    const base = this.bases[this.depth - 1] ?? 0;
    if (escaped || count - base >= LINEAR_KEYS || this.isCrowded(this.depth))
      return addName(this.names(base, bytes), bytes, start, end);
    for (let n = base; n < count; n++) {
      if (hashes[n] === hash && bytes.compare(bytes, starts[n], ends[n], start, end) === 0) return false;
    }
    if (count === starts.length) this.grow();
    this.starts[count] = start;
    this.ends[count] = end;
    this.hashes[count] = hash;
    this.count = count + 1;
    return true;
  }

  private isCrowded(depth: number): boolean {
    return this.crowded.length > 0 && this.crowded.at(-1)?.depth === depth;
  }

  /** Of the innermost object, which is a crowded one from now on. */
  private names(base: number, bytes: Buffer): Set<string> {
    const last = this.crowded.at(-1);
    if (last?.depth === this.depth) return last.names;
    const names = new Set<string>();
    for (let n = base; n < this.count; n++) addName(names, bytes, this.starts[n] ?? 0, this.ends[n] ?? 0);
    this.crowded.push({ depth: this.depth, names });
    return names;
  }

  private grow(): void {
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.hashes = larger(this.hashes);
  }
}

function larger(few: Int32Array): Int32Array<ArrayBuffer> {
  const many = new Int32Array(2 * few.length);
  many.set(few);
  return many;
}

function addName(names: Set<string>, bytes: Buffer, start: number, end: number): boolean {
  const name = JSON.parse(bytes.toString("utf8", start, end)) as string;
  if (names.has(name)) return false;
  names.add(name);
  return true;
}
