/** The keys of a JSON object that were met so far, for finding those that stand twice. */

/** More keys than this in one object are remembered in a set instead of being compared one by one. */
const LINEAR_KEYS = 32;

/** The keys seen so far in one object: their offsets (quotes included) and a hash, for finding duplicates cheaply. */
export class SeenKeys {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly hashes: number[] = [];
  private names: Set<string> | null = null;

  /** False when the object already has this key. Escapes count: `"a"` and `"\u0061"` are the same key. */
  add(bytes: Buffer, start: number, end: number, hash: number, escaped: boolean): boolean {
    if (escaped || this.names !== null || this.starts.length >= LINEAR_KEYS) return this.addName(bytes, start, end);
    for (let n = 0; n < this.starts.length; n++) {
      if (this.hashes[n] !== hash) continue;
      if (bytes.compare(bytes, this.starts[n], this.ends[n], start, end) === 0) return false;
    }
    this.starts.push(start);
    this.ends.push(end);
    this.hashes.push(hash);
    return true;
  }

  private addName(bytes: Buffer, start: number, end: number): boolean {
    this.names ??= new Set(this.starts.map((from, n) => keyText(bytes, from, this.ends[n] ?? from)));
    const name = keyText(bytes, start, end);
    if (this.names.has(name)) return false;
    this.names.add(name);
    return true;
  }
}

/** The text of a key, from its opening quote to behind its closing one. */
export const keyText = (bytes: Buffer, start: number, end: number): string =>
  JSON.parse(bytes.toString("utf8", start, end)) as string;
