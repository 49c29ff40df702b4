/**
 * JSON as bytes: what `Buffer.from(JSON.stringify(value))` gives, for a fraction of its cost where most of the value is texts,
 * as in the requests of agents. A long text goes to the bytes by itself. Short ones, and all that stands between them, wait in
 * one string until there is enough of it: a call that writes some bytes costs as much as one that writes thousands. Texts are
 * escaped where they stand among the bytes, 16 bytes at a time.
 */
import { type EscapeMill, FREE, startEscapeMill } from "./escape-mill.ts";
import { AS_TEXT, BEFORE_KEY, BEHIND, BEHIND_TEXT, FIRST, spelledKey } from "./spelled-key.ts";

/** A text that is longer does not wait for others. */
const SHORT_TEXT = 2_048;
/** What is written in one go, in UTF-16 units, which have three bytes of UTF-8 at most. */
const RUN = 8_192;
/** Up to here a run has room for a key or a number more. */
const NEARLY_RUN = RUN - 512;

const PAGES = 16;
/** Where the UTF-8 of a run stands, and behind it the JSON. */
const TEXT = FREE;
const OUT = TEXT + 3 * RUN + 16;
/** Behind it there is still room for a run in which everything is escaped. */
const FULL = PAGES * 65_536 - 6 * 3 * RUN - 64;

/** Every step is given the JSON that waits, whose texts are not escaped yet, and returns it with its own behind it. */
class JsonBytes {
  private readonly memory: Buffer;
  private readonly mill: EscapeMill;
  /** What did not fit into the memory. */
  private parts: Buffer[] = [];
  private at = OUT;
  /** Where the texts begin and end in what waits. Each has a letter and two quotes, so that there is room for all. */
  private readonly places = new Uint16Array(RUN);
  private placed = 0;

  constructor(mill: EscapeMill) {
    this.mill = mill;
    this.memory = mill.memory;
  }

  bytesOf(value: unknown): Buffer {
    this.parts = [];
    this.at = OUT;
    this.placed = 0;
    this.write(this.value("", value));
    const rest = this.memory.subarray(OUT, this.at);
    return this.parts.length === 0 ? Buffer.from(rest) : Buffer.concat([...this.parts, rest]);
  }

  private value(before: string, value: unknown): string {
    const json = this.fit(before);
    switch (typeof value) {
      case "string":
        return `${this.text(`${json}"`, value)}"`;
      case "object":
        if (value === null) return `${json}null`;
        if (Array.isArray(value)) return this.list(json, value);
        if (isPlainObject(value)) return this.object(json, value);
        return this.foreign(json, JSON.stringify(value));
      case "number":
        return Number.isFinite(value) ? json + String(value) : `${json}null`;
      case "boolean":
        return value ? `${json}true` : `${json}false`;
      case "bigint":
        throw new TypeError("A BigInt is no JSON");
      default:
        // In a list what is no JSON keeps its place.
        return `${json}null`;
    }
  }

  private list(before: string, values: readonly unknown[]): string {
    let json = `${before}[`;
    for (let n = 0; n < values.length; n++) json = this.value(n > 0 ? `${json},` : json, values[n]);
    return `${this.fit(json)}]`;
  }

  private object(before: string, object: Readonly<Record<string, unknown>>): string {
    let json = before;
    let place = FIRST;
    // The engine knows the places of the members in this loop alone; nothing is inherited that it would find.
    for (const key in object) {
      const value = object[key];
      if (value === undefined || typeof value === "function" || typeof value === "symbol") continue;
      json = this.fit(json);
      const spelled = spelledKey(key);
      if (spelled !== null && typeof value === "string") {
        json = this.text(json + spelled[place + AS_TEXT], value);
        place = BEHIND_TEXT;
        continue;
      }
      if (spelled !== null) json += spelled[place];
      else json = `${this.foreign(json + BEFORE_KEY[place], JSON.stringify(key))}:`;
      json = this.value(json, value);
      place = BEHIND;
    }
    json = this.fit(json);
    if (place === FIRST) return `${json}{}`;
    return place === BEHIND_TEXT ? `${json}"}` : `${json}}`;
  }

  /** Behind its opening quote, and without the other one. */
  private text(before: string, text: string): string {
    const { length } = text;
    if (length === 0) return before;
    if (length > SHORT_TEXT) return this.longText(before, text);
    const json = before.length + length > NEARLY_RUN ? this.write(before) : before;
    const start = json.length;
    this.places[this.placed] = start;
    this.places[this.placed + 1] = start + length;
    this.placed += 2;
    return json + text;
  }

  /** Leaves room for some letters. */
  private fit(json: string): string {
    return json.length > NEARLY_RUN ? this.write(json) : json;
  }

  /** What waits goes to the bytes. @returns what waits now: nothing. */
  private write(json: string): "" {
    if (json === "") return "";
    if (this.at > FULL) this.flush();
    const end = this.memory.write(json, TEXT, "utf8");
    const extra = end - json.length;
    // A surrogate that stands alone has no UTF-8.
    if (extra > 0 && !json.isWellFormed()) this.writeOddly(json);
    else {
      if (extra > 0) this.moveTexts(json, extra);
      this.escapeTexts(TEXT + end);
    }
    this.placed = 0;
    return "";
  }

  private escapeTexts(end: number): void {
    const { mill, places, placed } = this;
    let from = TEXT;
    let to = this.at;
    for (let n = 0; n < placed; n += 2) {
      const start = TEXT + (places[n] as number);
      const stop = TEXT + (places[n + 1] as number);
      to = mill.escape(start, stop, mill.copy(from, start, to));
      from = stop;
    }
    this.at = mill.copy(from, end, to);
  }

  /** The places of the texts among letters, some of which take more than a byte, become places among bytes. */
  private moveTexts(json: string, extra: number): void {
    const { places, placed } = this;
    let from = 0;
    let shift = 0;
    for (let n = 0; n < placed; n++) {
      const place = places[n] as number;
      // Behind the last of such letters all moves alike.
      if (shift < extra) shift += Buffer.byteLength(json.slice(from, place)) - (place - from);
      places[n] = place + shift;
      from = place;
    }
  }

  private writeOddly(json: string): void {
    const { places, placed } = this;
    let escaped = "";
    let from = 0;
    for (let n = 0; n < placed; n += 2) {
      const start = places[n] as number;
      const stop = places[n + 1] as number;
      escaped += json.slice(from, start) + JSON.stringify(json.slice(start, stop)).slice(1, -1);
      from = stop;
    }
    this.push(escaped + json.slice(from));
  }

  private longText(before: string, text: string): string {
    // A surrogate that stands alone has no UTF-8.
    if (!text.isWellFormed()) return this.foreign(before, JSON.stringify(text).slice(1, -1));
    this.write(before);
    for (let from = 0; from < text.length; ) {
      const to = runEnd(text, from);
      const run = from === 0 && to === text.length ? text : text.slice(from, to);
      const end = TEXT + this.memory.write(run, TEXT, "utf8");
      if (this.at > FULL) this.flush();
      this.at = this.mill.escape(TEXT, end, this.at);
      from = to;
    }
    return "";
  }

  /** JSON of any length, from elsewhere. */
  private foreign(before: string, json: string): "" {
    this.write(before);
    this.push(json);
    return "";
  }

  private push(json: string): void {
    this.flush();
    this.parts.push(Buffer.from(json));
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
