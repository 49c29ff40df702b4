/** A header's line as a provider sent it last, at the same place of its head. */
export interface KnownLine {
  /** Up to the colon, which is its last byte. */
  start: Buffer;
  /** In lower case. */
  name: string;
  /** Null where it is another one each time. */
  valueBytes: Buffer | null;
  value: string;
  changes: number;
}

/** A value that changed so often is not compared any more. */
const MAX_CHANGES = 4;
const MAX_LINES = 64;
const MAX_BYTES = 256;

/**
 * How a provider's last answer was headed. Nearly all lines of the next head are the same bytes, and what they say need not be
 * read out of them once more.
 */
export class HeadMemory {
  readonly #lines: KnownLine[] = [];
  #hint = "";
  #hintMs: number | null = null;

  lineAt(index: number): KnownLine | undefined {
    return this.#lines[index];
  }

  /** Another line stands at this place now. @param start of a buffer that is used again. */
  learn(index: number, start: Buffer, name: string): void {
    if (index > this.#lines.length || index >= MAX_LINES || start.length > MAX_BYTES) return;
    this.#lines[index] = { start: Buffer.from(start), name, valueBytes: null, value: "", changes: 0 };
  }

  learnValue(line: KnownLine, bytes: Buffer, value: string): void {
    line.changes++;
    const isSteady = line.changes < MAX_CHANGES && bytes.length <= MAX_BYTES;
    line.valueBytes = isSteady ? Buffer.from(bytes) : null;
    line.value = value;
  }

  /** What a `keep-alive` header tells of the time that the provider keeps a silent connection; null when it tells nothing. */
  timeoutOf(hint: string): number | null {
    if (hint !== this.#hint) {
      const seconds = /(?:^|,)[\t ]*timeout=(\d+)/i.exec(hint)?.[1];
      this.#hint = hint;
      this.#hintMs = seconds === undefined ? null : Number(seconds) * 1000;
    }
    return this.#hintMs;
  }
}
