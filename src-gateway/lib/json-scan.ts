/**
 * Checks JSON bytes and tells where the members of the top-level object stand, without building any value.
 *
 * A relay must not rebuild a body (key order, number spelling and escapes belong to prompt-cache prefixes), and building
 * the objects of a large body blocks the event loop several times longer than walking over it.
 */
import { escapeEnd } from "./json-escape.ts";
import { numberEnd } from "./json-number.ts";
import { KeyTexts } from "./key-texts.ts";
import { OpenContainers } from "./open-containers.ts";
import { PlainRun } from "./plain-run.ts";

export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/** Byte offsets: [start, end). */
export interface ScannedValue {
  kind: JsonKind;
  start: number;
  end: number;
}

export interface ScannedMember extends ScannedValue {
  /** Offset of the key's opening quote. */
  keyStart: number;
}

export interface ScannedObject {
  start: number;
  end: number;
  members: ReadonlyMap<string, ScannedMember>;
  /**
   * Where long texts without an escape stand, however deep, quotes included: start and end of the first, of the second and
   * so on. For `json-values.ts`.
   */
  longTexts: readonly number[];
}

/** Shorter texts are not worth to be told apart. */
const LONG_TEXT_BYTES = 512;

export class JsonScanError extends Error {
  override readonly name = "JsonScanError";
  readonly offset: number;
  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

function refuse(problem: string, at: number): never {
  throw new JsonScanError(problem, at);
}

/** Scans do not wait for anything, so that all of them share these. */
const open = new OpenContainers();
const keyTexts = new KeyTexts();

/** Walks once over the bytes. One instance per scan; `at` is the offset of the next byte to look at. */
class Scanner {
  private at = 0;
  private stringHash = 0;
  private stringEscaped = false;
  private readonly longTexts: number[] = [];
  private readonly bytes: Buffer;
  private readonly maxDepth: number;
  private readonly plain: PlainRun;

  constructor(bytes: Buffer, maxDepth: number) {
    this.bytes = bytes;
    this.maxDepth = maxDepth;
    open.clear();
    this.plain = new PlainRun(bytes);
  }

  scan(): ScannedObject {
    const { bytes } = this;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
      throw new JsonScanError("A byte order mark stands", 0);
    this.skipSpace();
    if (this.at >= bytes.length) throw new JsonScanError("The JSON text is empty", this.at);
    if (bytes[this.at] !== OPEN_BRACE) throw new JsonScanError("Expected an object", this.at);
    const start = this.at;
    const members = this.topLevel();
    const end = this.at;
    this.skipSpace();
    if (this.at < bytes.length) this.fail("Unexpected text after the object");
    return { start, end, members, longTexts: this.longTexts };
  }

  private topLevel(): Map<string, ScannedMember> {
    const members = new Map<string, ScannedMember>();
    this.at++;
    this.skipSpace();
    if (this.bytes[this.at] === CLOSE_BRACE) {
      this.at++;
      return members;
    }
    for (;;) {
      const keyStart = this.at;
      this.key();
      const name = this.keyText(keyStart);
      if (members.has(name)) throw new JsonScanError(`The key "${clip(name)}" stands twice`, keyStart);
      this.colon();
      const start = this.at;
      const kind = this.value();
      members.set(name, { keyStart, kind, start, end: this.at });
      this.skipSpace();
      const next = this.bytes[this.at];
      if (next === CLOSE_BRACE) {
        this.at++;
        return members;
      }
      if (next !== COMMA) this.fail("Expected a comma or a closing brace");
      this.at++;
      this.skipSpace();
    }
  }

  /** One value of any kind; containers are walked with a stack of our own, so that depth costs no call frames. */
  private value(): JsonKind {
    const first = this.bytes[this.at];
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return this.scalar();
    this.enter();
    while (open.depth > 0) {
      this.skipSpace();
      if (open.isInObject()) {
        const keyStart = this.at;
        this.key();
        if (!open.add(this.bytes, keyStart, this.at, this.stringHash, this.stringEscaped)) {
          throw new JsonScanError(`The key "${clip(this.keyText(keyStart))}" stands twice in one object`, keyStart);
        }
        this.colon();
      }
      const byte = this.bytes[this.at];
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.enter()) continue;
      } else this.scalar();
      this.leave();
    }
    return first === OPEN_BRACE ? "object" : "array";
  }

  /** Steps into a container; false when it was empty and is left again. */
  private enter(): boolean {
    const isObject = this.bytes[this.at] === OPEN_BRACE;
    // The top-level object is one level itself.
    if (open.depth + 2 > this.maxDepth) this.fail(`Nested deeper than ${this.maxDepth} levels`);
    this.at++;
    this.skipSpace();
    if (this.bytes[this.at] === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
      this.at++;
      return false;
    }
    open.enter(isObject);
    return true;
  }

  /** After a value inside a container: on to the next one, or out of every container that ends here. */
  private leave(): void {
    while (open.depth > 0) {
      this.skipSpace();
      const byte = this.bytes[this.at];
      if (byte === COMMA) {
        this.at++;
        return;
      }
      const isObject = open.isInObject();
      if (byte !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        this.fail(`Expected a comma or a closing ${isObject ? "brace" : "bracket"}`);
      }
      this.at++;
      open.leave();
    }
  }

  /** Of the key that was read last. */
  private keyText(keyStart: number): string {
    if (this.stringEscaped) return JSON.parse(this.bytes.toString("utf8", keyStart, this.at)) as string;
    return keyTexts.textOf(this.bytes, keyStart + 1, this.at - 1, this.stringHash);
  }

  private key(): void {
    if (this.bytes[this.at] !== QUOTE) this.fail("Expected a key in double quotes");
    this.hashedText();
  }

  private colon(): void {
    this.skipSpace();
    if (this.bytes[this.at] !== COLON) this.fail("Expected a colon");
    this.at++;
    this.skipSpace();
  }

  private scalar(): JsonKind {
    const byte = this.bytes[this.at];
    if (byte === QUOTE) {
      this.text();
      return "string";
    }
    if (byte === 0x74) return this.word("true", "boolean");
    if (byte === 0x66) return this.word("false", "boolean");
    if (byte === 0x6e) return this.word("null", "null");
    return this.number();
  }

  private word(text: string, kind: JsonKind): JsonKind {
    for (let n = 0; n < text.length; n++) {
      if (this.bytes[this.at + n] !== text.charCodeAt(n)) this.fail("Expected a value");
    }
    this.at += text.length;
    return kind;
  }

  private number(): JsonKind {
    this.at = numberEnd(this.bytes, this.at, refuse);
    return "number";
  }

  private text(): void {
    const { bytes, plain } = this;
    const start = this.at;
    const first = plain.end(start + 1);
    if (first - start > LONG_TEXT_BYTES && bytes[first] === QUOTE) this.longTexts.push(start, first + 1);
    for (let at = first; at < bytes.length; at = plain.end(at)) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        this.at = at + 1;
        return;
      }
      if (byte !== BACKSLASH) throw new JsonScanError("A control character stands inside a string", at);
      at = this.escape(at);
    }
    throw new JsonScanError("The JSON text ends inside a string", bytes.length);
  }

  /** Keys are short, and compared. */
  private hashedText(): void {
    const { bytes } = this;
    const { length } = bytes;
    let at = this.at + 1;
    let hash = 0;
    this.stringEscaped = false;
    while (at < length) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.at = at + 1;
        this.stringHash = hash;
        return;
      }
      if (byte === BACKSLASH) {
        this.stringEscaped = true;
        at = this.escape(at);
        continue;
      }
      if (byte < 0x20) throw new JsonScanError("A control character stands inside a string", at);
      hash = (Math.imul(hash, 31) + byte) | 0;
      at++;
    }
    throw new JsonScanError("The JSON text ends inside a string", length);
  }

  private escape(at: number): number {
    const end = escapeEnd(this.bytes, at);
    if (end < 0) throw new JsonScanError("An escape is not well formed", at);
    return end;
  }

  private skipSpace(): void {
    const { bytes } = this;
    let at = this.at;
    // Mostly there is none, so one comparison comes before the four.
    for (let byte = bytes[at]; byte !== undefined && byte <= 0x20; byte = bytes[++at]) {
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    }
    this.at = at;
  }

  private fail(problem: string): never {
    if (this.at >= this.bytes.length) throw new JsonScanError("The JSON text ends too early", this.bytes.length);
    throw new JsonScanError(problem, this.at);
  }
}

const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/**
 * The top-level members of a JSON object.
 *
 * Accepts what `JSON.parse` accepts, but refuses keys that stand twice in one object (two readers of the same body would
 * not agree on its meaning), nesting beyond `maxDepth`, and anything but an object at the top.
 * @param bytes UTF-8, checked by the caller.
 * @throws JsonScanError
 */
export function scanJson(bytes: Buffer, options: { maxDepth?: number } = {}): ScannedObject {
  return new Scanner(bytes, options.maxDepth ?? 256).scan();
}

/** The text of a scanned string. */
export function stringAt(bytes: Buffer, value: ScannedValue): string {
  const text = bytes.toString("utf8", value.start + 1, value.end - 1);
  if (!text.includes("\\")) return text;
  return JSON.parse(bytes.toString("utf8", value.start, value.end)) as string;
}
