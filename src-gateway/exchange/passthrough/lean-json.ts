/**
 * JSON that comes in chunks, without its long strings: of an answer with pictures some hundred bytes are left, however many
 * megabytes they take.
 */

/** Longer strings are empty in what is kept. */
const LONG_BYTES = 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class LeanJson {
  private kept: Buffer[] = [];
  private keptBytes = 0;
  /** Of a string that has not ended; null outside of one. */
  private string: { bytes: Buffer[]; length: number } | null = null;
  /** The byte before was a backslash that is not escaped itself. */
  private isEscaped = false;

  /** What is kept so far. */
  get length(): number {
    return this.keptBytes;
  }

  push(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; ) {
      const quote = chunk.indexOf(QUOTE, from);
      const end = quote < 0 ? chunk.length : quote;
      if (this.string === null) {
        this.keep(chunk.subarray(from, quote < 0 ? end : quote + 1));
        if (quote >= 0) this.string = { bytes: [], length: 0 };
      } else {
        const isOver = quote >= 0 && !this.endsEscaped(chunk, from, end);
        this.extend(this.string, chunk.subarray(from, quote < 0 || isOver ? end : quote + 1));
        if (isOver) this.endString(this.string);
        else this.isEscaped = quote < 0 && this.endsEscaped(chunk, from, end);
      }
      from = quote < 0 ? chunk.length : quote + 1;
    }
  }

  /** All of it, once the last chunk has come. */
  bytes(): Buffer {
    return Buffer.concat(this.kept, this.keptBytes);
  }

  /** Copied: a small piece of a chunk would keep all of it. */
  private keep(bytes: Buffer): void {
    this.kept.push(Buffer.from(bytes));
    this.keptBytes += bytes.length;
  }

  private extend(string: { bytes: Buffer[]; length: number }, bytes: Buffer): void {
    string.length += bytes.length;
    if (string.length <= LONG_BYTES) string.bytes.push(bytes);
    else string.bytes = [];
  }

  private endString({ bytes }: { bytes: Buffer[] }): void {
    for (const each of bytes) this.keep(each);
    this.keep(CLOSING);
    this.string = null;
    this.isEscaped = false;
  }

  /** Whether what stands at `end` of the chunk is escaped, where a part of a string begins at `from`. */
  private endsEscaped(chunk: Buffer, from: number, end: number): boolean {
    let at = end;
    while (at > from && chunk[at - 1] === BACKSLASH) at--;
    const isOdd = (end - at) % 2 === 1;
    return at === from && this.isEscaped ? !isOdd : isOdd;
  }
}

const CLOSING = Buffer.from('"');
