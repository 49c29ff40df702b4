/**
 * Tells runs of bytes apart in memory: a hash that only this process can make, for a tenth of what SHA-256 costs on short
 * runs. Nothing of it may leave the process, because another one has another key; what has to last takes `lastingHash`.
 */
import { sha256Hex } from "./hash-bytes.ts";
import { type HashMill, RESULT, ROOM, ROOM_BYTES, startHashMill } from "./hash-mill.ts";

/** One run after the other: nothing may be waited for between its `begin` and its end. */
export interface RunHash {
  begin(): this;
  /** The bytes [start, end) are the next of the run; how a run is cut into them does not matter. */
  add(bytes: Uint8Array, start?: number, end?: number): this;
  /** As its length and its UTF-8, so that it cannot pretend to be two. */
  addText(text: string): this;
  addNumber(value: number): this;
  /** Ends the run: 52 bits of its hash. */
  number(): number;
  /**
   * Of a run that is nothing but these bytes; none may be begun. Whoever asks for one piece of a body after the other has to
   * call `begin` before the first: until the next one the bytes must stay what they are.
   */
  numberOf(bytes: Uint8Array, start: number, end: number): number;
  /** Ends the run: all 128 bits, as 16 characters that are good for nothing but to be compared. */
  text(): string;
}

/** Longer texts and pieces are copied by a call. */
const SHORT_TEXT = 32;

class MilledHash implements RunHash {
  private readonly mill: HashMill;
  private readonly view: DataView;
  private used = 0;
  private isBegun = false;
  /** Whose bytes, from which to which, stand in the room for `numberOf`; null where it holds a run. */
  private held: Uint8Array | null = null;
  private heldFrom = 0;
  private heldTo = 0;

  constructor(mill: HashMill) {
    this.mill = mill;
    this.view = new DataView(mill.memory.buffer);
  }

  begin(): this {
    // Whoever was to end the run before has thrown.
    if (this.isBegun) this.mill.finish();
    this.isBegun = false;
    this.used = 0;
    this.held = null;
    return this;
  }

  add(bytes: Uint8Array, start = 0, end = bytes.length): this {
    const { mill } = this;
    for (let from = start; from < end; ) {
      if (this.used === ROOM_BYTES) this.absorb();
      const to = Math.min(end, from + ROOM_BYTES - this.used);
      copy(bytes, from, to, mill.memory, ROOM + this.used);
      this.used += to - from;
      from = to;
    }
    return this;
  }

  addText(text: string): this {
    const { length } = text;
    this.addNumber(length);
    if (length === 0) return this;
    if (this.used + 3 * length > ROOM_BYTES) return this.add(Buffer.from(text));
    if (length <= SHORT_TEXT && this.hasPut(text)) return this;
    this.used += this.mill.memory.write(text, ROOM + this.used, "utf8");
    return this;
  }

  addNumber(value: number): this {
    if (this.used + 8 > ROOM_BYTES) return this.add(bytesOf(value));
    this.view.setFloat64(ROOM + this.used, value, true);
    this.used += 8;
    return this;
  }

  number(): number {
    this.absorb();
    this.isBegun = false;
    return this.mill.finish();
  }

  numberOf(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > ROOM_BYTES) return this.begin().add(bytes, start, end).number();
    const { mill } = this;
    if (bytes !== this.held || start < this.heldFrom || end > this.heldTo) this.hold(bytes, start);
    const place = ROOM - this.heldFrom;
    mill.absorb(place + start, place + end);
    return mill.finish();
  }

  text(): string {
    this.number();
    const { view } = this;
    // Spelled out: letters in a list would have to be spread into the call.
    return String.fromCharCode(
      view.getUint8(RESULT),
      view.getUint8(RESULT + 1),
      view.getUint8(RESULT + 2),
      view.getUint8(RESULT + 3),
      view.getUint8(RESULT + 4),
      view.getUint8(RESULT + 5),
      view.getUint8(RESULT + 6),
      view.getUint8(RESULT + 7),
      view.getUint8(RESULT + 8),
      view.getUint8(RESULT + 9),
      view.getUint8(RESULT + 10),
      view.getUint8(RESULT + 11),
      view.getUint8(RESULT + 12),
      view.getUint8(RESULT + 13),
      view.getUint8(RESULT + 14),
      view.getUint8(RESULT + 15),
    );
  }

  /** Pieces of a body are many, and copying each costs more than copying all. */
  private hold(bytes: Uint8Array, start: number): void {
    const isShort = bytes.length <= ROOM_BYTES;
    this.held = bytes;
    this.heldFrom = isShort ? 0 : start;
    this.heldTo = isShort ? bytes.length : Math.min(bytes.length, start + ROOM_BYTES);
    this.mill.memory.set(isShort ? bytes : bytes.subarray(this.heldFrom, this.heldTo), ROOM);
  }

  /** A call costs more than some letters. False where one of them takes more than a byte. */
  private hasPut(text: string): boolean {
    const { memory } = this.mill;
    const from = ROOM + this.used;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) return false;
      memory[from + at] = code;
    }
    this.used += text.length;
    return true;
  }

  private absorb(): void {
    this.isBegun = true;
    this.mill.absorb(ROOM, ROOM + this.used);
    this.used = 0;
  }
}

function copy(bytes: Uint8Array, from: number, to: number, memory: Uint8Array, place: number): void {
  if (to - from > SHORT_TEXT) {
    const isAll = from === 0 && to === bytes.length;
    return memory.set(isAll ? bytes : bytes.subarray(from, to), place);
  }
  for (let at = from; at < to; at++) memory[place + at - from] = bytes[at] ?? 0;
}

function bytesOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** By SHA-256: where an engine refuses, and for what has to be the same in another process. */
class LastingHash implements RunHash {
  private parts: Uint8Array[] = [];

  begin(): this {
    this.parts = [];
    return this;
  }

  add(bytes: Uint8Array, start = 0, end = bytes.length): this {
    this.parts.push(bytes.subarray(start, end));
    return this;
  }

  addText(text: string): this {
    return this.addNumber(text.length).add(Buffer.from(text));
  }

  addNumber(value: number): this {
    return this.add(bytesOf(value));
  }

  numberOf(bytes: Uint8Array, start: number, end: number): number {
    return this.begin().add(bytes, start, end).number();
  }

  number(): number {
    return Number.parseInt(sha256Hex(this.parts).slice(0, 13), 16);
  }

  text(): string {
    return Buffer.from(sha256Hex(this.parts).slice(0, 32), "hex").toString("latin1");
  }
}

let shared: RunHash | undefined;

/** Runs are hashed one after the other, so that all share one memory. */
export function runHash(): RunHash {
  shared ??= createRunHash();
  return shared;
}

export const lastingHash = (): RunHash => new LastingHash();

/** @param start what makes it work; a test has one that refuses. */
export function createRunHash(start: () => HashMill = startHashMill): RunHash {
  try {
    return new MilledHash(start());
  } catch {
    // An engine without SIMD, or a policy that forbids it.
    return lastingHash();
  }
}
