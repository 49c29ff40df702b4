/**
 * Finds where the plain bytes of a JSON string end: at a quote, a backslash or a control character. The texts of a long body
 * are walked over 16 bytes at a time by some lines of WebAssembly, or one by one where an engine refuses to run them.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Up to here a loop is done before the other way has begun. */
const SHORT_BYTES = 24;
const MEMORY_BYTES = 65_536;
/** Of the memory, what is filled: the last look may go 15 bytes beyond. */
const WINDOW_BYTES = MEMORY_BYTES - 16;

interface Finder {
  memory: Uint8Array;
  /** Of the memory's bytes from `at` on the first that is not plain; `end` or more where there is none before it. */
  find(at: number, end: number): number;
}

/** Over the bytes of one body, which must not change meanwhile. */
export class PlainRun {
  private readonly bytes: Uint8Array;
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
    return near === bytes.length || finder === null ? bytes.length : this.farEnd(near, finder);
  }

  private farEnd(start: number, finder: Finder): number {
    for (let at = start; at < this.bytes.length; at = this.to) {
      if (at < this.from || at >= this.to) {
        this.from = at;
        this.to = Math.min(this.bytes.length, at + WINDOW_BYTES);
        finder.memory.set(this.bytes.subarray(this.from, this.to));
      }
      const found = this.from + finder.find(at - this.from, this.to - this.from);
      if (found < this.to) return found;
    }
    return this.bytes.length;
  }
}

let shared: Finder | null | undefined;

/** Bodies are scanned one after the other, so that all share one memory. */
function sharedFinder(): Finder | null {
  if (shared === undefined) {
    try {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
      const { memory, find } = exports as { memory: WebAssembly.Memory; find: Finder["find"] };
      shared = { memory: new Uint8Array(memory.buffer), find };
    } catch {
      // An engine without SIMD, or a page whose policy forbids it.
      shared = null;
    }
  }
  return shared;
}

const I32 = 0x7f;
const V128 = 0x7b;
const sixteen = (byte: number): number[] => [0xfd, 0x0c, ...Array.from({ length: 16 }, () => byte)];
const sized = (bytes: number[]): number[] => [
  (bytes.length % 128) | (bytes.length > 127 ? 128 : 0),
  ...(bytes.length > 127 ? [bytes.length >> 7] : []),
  ...bytes,
];
const named = (name: string): number[] => sized(Array.from(name, (letter) => letter.charCodeAt(0)));

/** (func (param $at i32) (param $end i32) (result i32) (local $sixteen v128) (local $mask i32)), one instruction or two a line. */
const FIND = [
  [2, 1, V128, 1, I32],
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
  [0x20, 1, 0x0b], // end of the function: $end
].flat();

function moduleBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    [
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      [1, ...sized([1, 0x60, 2, I32, I32, 1, I32])], // types
      [3, ...sized([1, 0])], // functions
      [5, ...sized([1, 0, 1])], // one page of memory
      [7, ...sized([2, ...named("memory"), 2, 0, ...named("find"), 0, 0])], // exports
      [10, ...sized([1, ...sized(FIND)])], // code
    ].flat(),
  );
}
