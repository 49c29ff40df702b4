const WORD = 4;

/** Bytes that are looked for in others: four at a time, which for a line or two is done sooner than a native call has begun. */
export class KnownBytes {
  readonly length: number;
  /** The last one may begin within the one before. Of less than a word the bytes themselves. */
  readonly #words: Int32Array;
  /** Where a memory has them, and as long as it calls itself so; for `plain-run.ts`. */
  place = 0;
  epoch = -1;

  /** @param bytes of a buffer that is used again. */
  constructor(bytes: Buffer) {
    const view = viewOf(bytes);
    const { length } = bytes;
    this.length = length;
    this.#words = new Int32Array(length < WORD ? length : Math.ceil(length / WORD));
    for (let n = 0; n < this.#words.length; n++)
      this.#words[n] = length < WORD ? view.getUint8(n) : view.getInt32(Math.min(n * WORD, length - WORD), true);
  }

  putTo(view: DataView, at: number): void {
    const { length } = this;
    const words = this.#words;
    for (let n = 0; n < words.length; n++) {
      const word = words[n] as number;
      if (length < WORD) view.setUint8(at + n, word);
      else view.setInt32(at + Math.min(n * WORD, length - WORD), word, true);
    }
  }

  /** Whether they stand in `view` from `at` on, before `to`. */
  isAt(view: DataView, at: number, to: number): boolean {
    const { length } = this;
    if (to - at < length) return false;
    const words = this.#words;
    const last = words.length - 1;
    if (length < WORD) {
      for (let n = 0; n <= last; n++) if (view.getUint8(at + n) !== words[n]) return false;
      return true;
    }
    for (let n = 0; n < last; n++) if (view.getInt32(at + n * WORD, true) !== words[n]) return false;
    return view.getInt32(at + length - WORD, true) === words[last];
  }
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
