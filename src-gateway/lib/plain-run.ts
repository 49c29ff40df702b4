/**
 * Finds where the plain bytes of a JSON string end: at a quote, a backslash or a control character. The texts of a long body
 * are walked over 16 bytes at a time by some lines of WebAssembly, or one by one where an engine refuses to run them.
 */
import { type KnownBytes, viewOf } from "./known-bytes.ts";
import { I32, startWasm, V128 } from "./wasm-module.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Up to here a loop is done before the other way has begun. */
const SHORT_BYTES = 8;
const PAGE_BYTES = 65_536;
/** Of the memory, what is filled: the last look may go 15 bytes beyond. */
const WINDOW_BYTES = PAGE_BYTES - 16;
/** Behind it sixteen bytes that count, and sixteen that do not; then the known bytes. */
const MASK = PAGE_BYTES;
const KNOWN = MASK + 32;
const KNOWN_END = 2 * PAGE_BYTES - 16;

interface WasmFinder {
  /** Of the memory's bytes from `at` on the first that is not plain; `end` or more where there is none before it. */
  readonly find: (at: number, end: number) => number;
  /** 1 where `length` bytes at two places of the memory are the same, else 0. At least one. */
  readonly equal: (at: number, other: number, length: number) => number;
}

class Finder {
  readonly memory: Uint8Array;
  readonly find: WasmFinder["find"];
  readonly equal: WasmFinder["equal"];
  private readonly view: DataView;
  /** Up to where known bytes stand, and how often they were all forgotten. */
  private used = KNOWN;
  private epoch = 0;

  constructor(memory: Uint8Array, { find, equal }: WasmFinder) {
    this.memory = memory;
    this.view = viewOf(memory);
    this.find = find;
    this.equal = equal;
    memory.fill(0xff, MASK, MASK + 16);
  }

  /** Where in the memory they stand. */
  placeOf(known: KnownBytes): number {
    return known.epoch === this.epoch ? known.place : this.put(known);
  }

  private put(known: KnownBytes): number {
    if (this.used + known.length > KNOWN_END) {
      this.used = KNOWN;
      this.epoch++;
    }
    known.putTo(this.view, this.used);
    known.place = this.used;
    known.epoch = this.epoch;
    this.used += known.length;
    return known.place;
  }
}

/** More bytes than this are compared where they are. */
const MAX_KNOWN_BYTES = 4_096;

/** Over the bytes of one body, which must not change meanwhile. */
export class PlainRun {
  readonly bytes: Uint8Array;
  private readonly finder: Finder | null;
  /** What of the bytes stands in the finder's memory. */
  private from = 0;
  private to = 0;

  /** @param finder null takes the bytes one by one. */
  constructor(bytes: Uint8Array, finder: Finder | null = sharedFinder()) {
    this.bytes = bytes;
    this.finder = finder;
  }

  /** @returns the first byte from `at` on that is not plain, or the length. */
  end(at: number): number {
    const { bytes, finder } = this;
    const near = finder === null ? bytes.length : Math.min(bytes.length, at + SHORT_BYTES);
    for (let next = at; next < near; next++) {
      const byte = bytes[next] as number;
      if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) return next;
    }
    return near === bytes.length ? near : this.farEnd(near);
  }

  /** The same, for what is mostly long. */
  farEnd(start: number): number {
    const { finder } = this;
    if (finder === null) return this.end(start);
    for (let at = start; at < this.bytes.length; at = this.to) {
      if (at < this.from || at >= this.to) this.look(finder, at);
      const found = this.from + finder.find(at - this.from, this.to - this.from);
      if (found < this.to) return found;
    }
    return this.bytes.length;
  }

  /** Whether these bytes stand at `at`. */
  has(known: KnownBytes, at: number): boolean {
    const { bytes, finder } = this;
    const end = at + known.length;
    if (end > bytes.length) return false;
    if (finder === null || known.length === 0 || known.length > MAX_KNOWN_BYTES)
      return known.isAt(viewOf(bytes), at, end);
    if (at < this.from || end > this.to) this.look(finder, at);
    return finder.equal(at - this.from, finder.placeOf(known), known.length) === 1;
  }

  private look(finder: Finder, at: number): void {
    const { bytes } = this;
    const isShort = bytes.length <= WINDOW_BYTES;
    this.from = isShort ? 0 : at;
    this.to = isShort ? bytes.length : Math.min(bytes.length, at + WINDOW_BYTES);
    finder.memory.set(isShort ? bytes : bytes.subarray(this.from, this.to));
  }
}

let shared: Finder | null | undefined;

/** Bodies are scanned one after the other, so that all share one memory. */
function sharedFinder(): Finder | null {
  if (shared === undefined) {
    try {
      const { memory, functions } = startWasm([FIND, EQUAL], 2);
      shared = new Finder(memory, functions as unknown as WasmFinder);
    } catch {
      // An engine without SIMD, or a page whose policy forbids it.
      shared = null;
    }
  }
  return shared;
}

const sixteen = (byte: number): number[] => [0xfd, 0x0c, ...Array.from({ length: 16 }, () => byte)];

/** LEB128, of up to three bytes. */
function signed(value: number): number[] {
  return [(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14];
}

/** One instruction or two a line. */
const FIND = {
  name: "find",
  takes: [I32, I32], // $at, $end
  gives: [I32],
  locals: [V128, I32], // $sixteen, $mask
  code: [
    [0x02, 0x40], // block
    [0x03, 0x40], // loop
    [0x20, 0, 0x20, 1, 0x4f, 0x0d, 1], // at >= end: leave the block
    [0x20, 0, 0xfd, 0x00, 0, 0, 0x22, 2], // $sixteen = v128.load at
    [...sixteen(QUOTE), 0xfd, 0x23], // i8x16.eq
    [0x20, 2, ...sixteen(BACKSLASH), 0xfd, 0x23], // i8x16.eq
    [0xfd, 0x50], // v128.or
    [0x20, 2, ...sixteen(SPACE), 0xfd, 0x26], // i8x16.lt_u
    [0xfd, 0x50], // v128.or
    [0xfd, 0x64, 0x22, 3], // $mask = i8x16.bitmask
    [0x04, 0x40], // if
    [0x20, 0, 0x20, 3, 0x68, 0x6a, 0x0f], // return at + ctz $mask
    [0x0b], // end
    [0x20, 0, 0x41, 16, 0x6a, 0x21, 0], // at += 16
    [0x0c, 0], // on with the loop
    [0x0b, 0x0b], // end, end
    [0x20, 1], // $end
  ].flat(),
};

const EQUAL = {
  name: "equal",
  takes: [I32, I32, I32], // $at, $other, $length
  gives: [I32],
  locals: [],
  code: [
    [0x02, 0x40], // block
    [0x03, 0x40], // loop
    [0x20, 2, 0x41, 16, 0x4d, 0x0d, 1], // $length <= 16: leave the block
    [0x20, 0, 0xfd, 0x00, 0, 0, 0x20, 1, 0xfd, 0x00, 0, 0, 0xfd, 0x51], // v128.load at, v128.load other, v128.xor
    [0xfd, 0x53, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b], // v128.any_true: return 0
    [0x20, 0, 0x41, 16, 0x6a, 0x21, 0], // at += 16
    [0x20, 1, 0x41, 16, 0x6a, 0x21, 1], // other += 16
    [0x20, 2, 0x41, 16, 0x6b, 0x21, 2], // length -= 16
    [0x0c, 0], // on with the loop
    [0x0b, 0x0b], // end, end
    [0x20, 0, 0xfd, 0x00, 0, 0, 0x20, 1, 0xfd, 0x00, 0, 0, 0xfd, 0x51], // the last ones
    [0x41, ...signed(MASK + 16), 0x20, 2, 0x6b, 0xfd, 0x00, 0, 0, 0xfd, 0x4e], // v128.load mask + 16 - length, v128.and
    [0xfd, 0x53, 0x45], // v128.any_true, i32.eqz
  ].flat(),
};
