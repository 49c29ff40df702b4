/**
 * JSON as bytes: what `Buffer.from(JSON.stringify(value))` gives, for a fraction of its cost where most of the value is long
 * texts, as in the requests of agents. The JSON is never a string in between, and texts are escaped 16 bytes at a time.
 */
import { type EscapeMill, FREE, startEscapeMill } from "./escape-mill.ts";

/** Up to here a loop has written a text before a native call has begun. */
const SHORT_TEXT = 40;
/** What is escaped in one go, in UTF-16 units, which have three bytes of UTF-8 at most. */
const RUN = 8_192;

const PAGES = 16;
/** Where the UTF-8 of a run stands, and behind it the JSON. */
const TEXT = FREE;
const OUT = TEXT + 3 * RUN + 16;
/** Behind it there is still room for a run in which everything is escaped. */
const FULL = PAGES * 65_536 - 6 * 3 * RUN - 64;

const QUOTE = 0x22;
const COMMA = 0x2c;

class JsonBytes {
  private readonly memory: Buffer;
  private readonly mill: EscapeMill;
  /** What did not fit into the memory. */
  private parts: Buffer[] = [];
  private at = OUT;

  constructor(mill: EscapeMill) {
    this.mill = mill;
    this.memory = mill.memory;
  }

  bytesOf(value: unknown): Buffer {
    this.parts = [];
    this.at = OUT;
    this.value(value);
    const rest = this.memory.subarray(OUT, this.at);
    return this.parts.length === 0 ? Buffer.from(rest) : Buffer.concat([...this.parts, rest]);
  }

  private value(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "object":
        if (value === null) return this.plain("null");
        if (Array.isArray(value)) return this.list(value);
        if (isPlainObject(value)) return this.object(value);
        return this.foreign(JSON.stringify(value));
      case "number":
        return this.plain(Number.isFinite(value) ? String(value) : "null");
      case "boolean":
        return this.plain(value ? "true" : "false");
      case "bigint":
        throw new TypeError("A BigInt is no JSON");
      default:
        // In a list what is no JSON keeps its place.
        return this.plain("null");
    }
  }

  private list(values: readonly unknown[]): void {
    this.byte(0x5b);
    for (let n = 0; n < values.length; n++) {
      if (n > 0) this.byte(COMMA);
      this.value(values[n]);
    }
    this.byte(0x5d);
  }

  private object(object: Readonly<Record<string, unknown>>): void {
    this.byte(0x7b);
    let isFirst = true;
    // The engine knows the places of the members in this loop alone; nothing is inherited that it would find.
    for (const key in object) {
      const value = object[key];
      if (value === undefined || typeof value === "function" || typeof value === "symbol") continue;
      if (!isFirst) this.byte(COMMA);
      isFirst = false;
      this.text(key);
      this.byte(0x3a);
      this.value(value);
    }
    this.byte(0x7d);
  }

  private text(text: string): void {
    if (this.at > FULL) this.flush();
    if (text.length <= SHORT_TEXT && this.hasPut(text)) return;
    // A surrogate that stands alone has no UTF-8.
    if (!text.isWellFormed()) return this.foreign(JSON.stringify(text));
    this.byte(QUOTE);
    for (let from = 0; from < text.length; ) {
      const to = runEnd(text, from);
      const run = from === 0 && to === text.length ? text : text.slice(from, to);
      const end = TEXT + this.memory.write(run, TEXT, "utf8");
      if (this.at > FULL) this.flush();
      this.at = this.mill.escape(TEXT, end, this.at);
      from = to;
    }
    this.byte(QUOTE);
  }

  /** False, and nothing is written, where the text has a letter that is not written as it is, or takes more than a byte. */
  private hasPut(text: string): boolean {
    const { memory, at } = this;
    const { length } = text;
    for (let n = 0; n < length; n++) {
      const code = text.charCodeAt(n);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === 0x5c) return false;
      memory[at + 1 + n] = code;
    }
    memory[at] = QUOTE;
    memory[at + length + 1] = QUOTE;
    this.at = at + length + 2;
    return true;
  }

  /** ASCII, of some letters. */
  private plain(text: string): void {
    const { memory } = this;
    if (this.at > FULL) this.flush();
    for (let n = 0; n < text.length; n++) memory[this.at + n] = text.charCodeAt(n);
    this.at += text.length;
  }

  /** JSON of any length, from elsewhere. */
  private foreign(json: string): void {
    this.flush();
    this.parts.push(Buffer.from(json));
  }

  private byte(byte: number): void {
    if (this.at > FULL) this.flush();
    this.memory[this.at++] = byte;
  }

  private flush(): void {
    this.parts.push(Buffer.from(this.memory.subarray(OUT, this.at)));
    this.at = OUT;
  }
}

/** Others may have a JSON of their own. */
const isPlainObject = (value: object): value is Record<string, unknown> =>
  Object.getPrototypeOf(value) === Object.prototype;

/** Not between the two halves of a letter. */
function runEnd(text: string, from: number): number {
  const to = from + RUN;
  if (to >= text.length) return text.length;
  const isHalf = (text.charCodeAt(to - 1) & 0xfc00) === 0xd800;
  return isHalf ? to - 1 : to;
}

export type JsonWriter = (value: Readonly<Record<string, unknown>>) => Buffer;

/** @param start what escapes texts; a test has one that refuses. */
export function createJsonWriter(start: (pages: number) => EscapeMill = startEscapeMill): JsonWriter {
  try {
    const writer = new JsonBytes(start(PAGES));
    return (value) => writer.bytesOf(value);
  } catch {
    // An engine without SIMD, or a policy that forbids it.
    return (value) => Buffer.from(JSON.stringify(value));
  }
}

let shared: JsonWriter | undefined;

/**
 * Values are written one after the other, so that all share one memory.
 * @param value plain JSON, whose objects have no `toJSON` of their own.
 */
export function jsonBytes(value: Readonly<Record<string, unknown>>): Buffer {
  shared ??= createJsonWriter();
  return shared(value);
}
