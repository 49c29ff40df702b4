import { notHttp } from "./failures.ts";
import { CR, LF, TOKEN } from "./octets.ts";

/** 48 bits: more than anybody sends, and exact in a number. */
const MAX_SIZE_DIGITS = 12;
const MAX_LINE_BYTES = 256;
const SEMICOLON = 59;
const EQUALS = 61;
const QUOTE = 34;

const SIZE = 0;
const NAME = 1;
const VALUE = 2;
const QUOTED = 3;
const AFTER_QUOTED = 4;
const SIZE_END = 5;
const DATA_CR = 6;
const DATA_LF = 7;

/** What stands between the pieces of a chunked body, byte by byte: sizes, extensions, which mean nothing here, and line ends. */
export class ChunkFraming {
  /** What the last size said. */
  size = 0;
  #step = SIZE;
  #digits = 0;
  #bytes = 0;
  /** Of an extension's name or value. */
  #length = 0;

  begin(): void {
    this.#step = SIZE;
    this.size = 0;
    this.#digits = 0;
    this.#bytes = 0;
  }

  /** A piece is over: its line end comes next. */
  afterData(): void {
    this.begin();
    this.#step = DATA_CR;
  }

  /** @returns true when `size` is whole, and its line is over. @throws what cannot stand there. */
  take(byte: number): boolean {
    if (this.#step === SIZE) return this.#takeSize(byte);
    if (this.#step === SIZE_END) {
      if (byte !== LF) throw notHttp("Expected LF after chunk size");
      return true;
    }
    if (this.#step === DATA_CR) this.#expect(byte, CR, DATA_LF);
    else if (this.#step === DATA_LF) this.#expect(byte, LF, SIZE);
    else this.#takeExtension(byte);
    return false;
  }

  #expect(byte: number, wanted: number, next: number): void {
    if (byte !== wanted) throw notHttp("Expected a line end after chunk data");
    this.#step = next;
  }

  #takeSize(byte: number): boolean {
    const value = hexDigit(byte);
    if (value >= 0) {
      // Leading zeros count too, so that nobody can send them for ever.
      if (++this.#digits > MAX_SIZE_DIGITS) throw notHttp("Chunk size overflow");
      this.size = this.size * 16 + value;
      return false;
    }
    if (this.#digits === 0) throw notHttp("Invalid character in chunk size");
    this.#step = this.#afterPart(byte, "Invalid character in chunk size");
    return false;
  }

  #takeExtension(byte: number): void {
    if (++this.#bytes > MAX_LINE_BYTES) throw notHttp("Chunk extensions overflow");
    const wrong = "Invalid character in chunk extensions";
    if (this.#step === QUOTED) {
      if (byte === QUOTE) this.#step = AFTER_QUOTED;
      // An escape would only be another way to say the same, and nobody sends one.
      else if (byte < 32 || byte === 127 || byte === 92) throw notHttp(wrong);
    } else if (this.#step === AFTER_QUOTED) this.#step = this.#afterPart(byte, wrong);
    else if (TOKEN[byte] === 1) this.#length++;
    else if (this.#step === VALUE && byte === QUOTE && this.#length === 0) this.#step = QUOTED;
    else if (this.#length === 0) throw notHttp(wrong);
    else if (this.#step === NAME && byte === EQUALS) {
      this.#step = VALUE;
      this.#length = 0;
    } else this.#step = this.#afterPart(byte, wrong);
  }

  #afterPart(byte: number, wrong: string): number {
    this.#length = 0;
    if (byte === CR) return SIZE_END;
    if (byte === SEMICOLON) return NAME;
    throw notHttp(wrong);
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
