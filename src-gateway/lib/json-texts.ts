/** The strings of a scan. */
import { escapeEnd } from "./json-escape.ts";
import { JsonScanError } from "./json-scan-error.ts";
import { PlainRun } from "./plain-run.ts";

/** Shorter texts are not worth to be told apart. */
const LONG_TEXT_BYTES = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class TextWalk {
  /** Where long texts without an escape stand: start and end of the first, of the second and so on. */
  readonly long: number[] = [];
  private readonly bytes: Buffer;
  readonly plain: PlainRun;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.plain = new PlainRun(bytes);
  }

  /** Where the string ends that opens at `start`. @throws JsonScanError */
  end(start: number): number {
    return this.endFrom(start, this.plain.end(start + 1));
  }

  /** The same, of one that is mostly long. @throws JsonScanError */
  longEnd(start: number): number {
    return this.endFrom(start, this.plain.farEnd(start + 1));
  }

  /** @param first the first of its bytes that is not plain. */
  private endFrom(start: number, first: number): number {
    const { bytes, plain } = this;
    if (bytes[first] === QUOTE) {
      if (first - start > LONG_TEXT_BYTES) this.long.push(start, first + 1);
      return first + 1;
    }
    for (let at = first; at < bytes.length; at = plain.end(at)) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte !== BACKSLASH) throw new JsonScanError("A control character stands inside a string", at);
      at = escapeAfter(bytes, at);
    }
    throw new JsonScanError("The JSON text ends inside a string", bytes.length);
  }
}

/** Where the escape ends that begins at `at`. @throws JsonScanError */
export function escapeAfter(bytes: Buffer, at: number): number {
  const end = escapeEnd(bytes, at);
  if (end < 0) throw new JsonScanError("An escape is not well formed", at);
  return end;
}
