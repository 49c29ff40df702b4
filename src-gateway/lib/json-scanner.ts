/** The walk of `json-scan.ts`. */
import { ElementPlaces } from "./element-places.ts";
import { kindOf } from "./json-kind.ts";
import { numberEnd } from "./json-number.ts";
import type { ScannedObject } from "./json-scan.ts";
import { JsonScanError } from "./json-scan-error.ts";
import { escapeAfter, TextWalk } from "./json-texts.ts";
import { skipSpace } from "./json-walk.ts";
import { KeyTexts } from "./key-texts.ts";
import { KnownKeys } from "./known-keys.ts";
import { OpenContainers } from "./open-containers.ts";
import { plainBeginningIn } from "./plain-message.ts";
import { ScannedMembers } from "./scanned-members.ts";

const hashWith = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0;
const CACHE_CONTROL = Buffer.from("cache_control").reduce(hashWith, 0);
const CACHE_POINT = Buffer.from("cachePoint").reduce(hashWith, 0);

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
const knownKeys = new KnownKeys();
const NO_ELEMENTS: Pick<ElementPlaces, "places" | "beginnings"> = { places: null, beginnings: [] };

/** Walks once over the bytes; one instance per scan. Every step is given where it begins, and returns where it ends. */
export class Scanner {
  /** Of the key that was read last. */
  private keyHash = 0;
  private isKeyEscaped = false;
  private mayHoldMarks = false;
  private hasEscapedKeys = false;
  private readonly bytes: Buffer;
  private readonly maxDepth: number;
  private readonly texts: TextWalk;

  constructor(bytes: Buffer, maxDepth: number) {
    this.bytes = bytes;
    this.maxDepth = maxDepth;
    open.clear();
    this.texts = new TextWalk(bytes);
  }

  scan(): ScannedObject {
    const { bytes } = this;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
      throw new JsonScanError("A byte order mark stands", 0);
    const start = skipSpace(bytes, 0);
    if (start >= bytes.length) throw new JsonScanError("The JSON text is empty", start);
    if (bytes[start] !== OPEN_BRACE) throw new JsonScanError("Expected an object", start);
    const members = new ScannedMembers();
    const end = this.topLevel(start, members);
    const behind = skipSpace(bytes, end);
    if (behind < bytes.length) this.fail("Unexpected text after the object", behind);
    const { mayHoldMarks, hasEscapedKeys } = this;
    return { start, end, members, longTexts: this.texts.long, mayHoldMarks, hasEscapedKeys };
  }

  private topLevel(start: number, members: ScannedMembers): number {
    const { bytes } = this;
    let at = skipSpace(bytes, start + 1);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      const keyStart = at;
      const known = knownKeys.find(this.texts.plain, keyStart);
      const keyEnd = known === null ? this.key(keyStart) : keyStart + known.spelled.length - 1;
      const name = known?.name ?? this.newName(keyStart, keyEnd);
      if (members.has(name)) throw new JsonScanError(`The key "${clip(name)}" stands twice`, keyStart);
      const valueStart = known === null ? this.colon(keyEnd) : skipSpace(bytes, keyEnd + 1);
      const elements = bytes[valueStart] === OPEN_BRACKET ? new ElementPlaces() : null;
      const end = this.value(valueStart, elements);
      const kind = kindOf(bytes[valueStart]);
      const { places, beginnings } = elements ?? NO_ELEMENTS;
      members.add(name, { keyStart, kind, start: valueStart, end, elements: places, beginnings });
      at = skipSpace(bytes, end);
      const next = bytes[at];
      if (next === CLOSE_BRACE) return at + 1;
      if (next !== COMMA) this.fail("Expected a comma or a closing brace", at);
      at = skipSpace(bytes, at + 1);
    }
  }

  /** One value of any kind; containers are walked with a stack of our own, so that depth costs no call frames. */
  private value(start: number, elements: ElementPlaces | null): number {
    const { bytes } = this;
    const first = bytes[start];
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return this.scalar(start);
    let at = this.enter(start, first === OPEN_BRACE);
    while (open.depth > 0) {
      if (open.isInObject()) at = this.member(at);
      const byte = bytes[at];
      if (elements !== null && open.depth === 1) {
        const plain = byte === OPEN_BRACE ? plainBeginningIn(this.texts.plain, at) : null;
        elements.begin(at, byte === OPEN_BRACE, plain);
        const end = plain === null ? -1 : this.plainMessage(at + plain.known.length - 1);
        if (end >= 0) {
          at = this.leave(end, elements);
          continue;
        }
      }
      if (byte === QUOTE) at = this.texts.end(at);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        const { depth } = open;
        at = this.enter(at, byte === OPEN_BRACE);
        if (open.depth > depth) continue;
      } else at = this.scalar(at);
      at = this.leave(at, elements);
    }
    return at;
  }

  /**
   * To the end of a message that is nothing but its role and its text, as most are; -1 for what has to be walked.
   * @param text where the text opens.
   */
  private plainMessage(text: number): number {
    if (open.depth + 2 > this.maxDepth) return -1;
    const { long } = this.texts;
    const { length } = long;
    const end = this.texts.longEnd(text);
    if (this.bytes[end] === CLOSE_BRACE) return end + 1;
    // The walk will come by the text once more.
    long.length = length;
    return -1;
  }

  /** Steps into a container and to what is first in it, or over it where it is empty. */
  private enter(start: number, isObject: boolean): number {
    const { bytes } = this;
    // The top-level object is one level itself.
    if (open.depth + 2 > this.maxDepth) this.fail(`Nested deeper than ${this.maxDepth} levels`, start);
    const at = skipSpace(bytes, start + 1);
    if (bytes[at] === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) return at + 1;
    open.enter(isObject);
    return at;
  }

  /** After a value inside a container: on to the next one, or out of every container that ends here. */
  private leave(end: number, elements: ElementPlaces | null): number {
    const { bytes } = this;
    let at = end;
    while (open.depth > 0) {
      if (elements !== null && open.depth === 1) elements.end(at);
      at = skipSpace(bytes, at);
      const byte = bytes[at];
      if (byte === COMMA) return skipSpace(bytes, at + 1);
      const isObject = open.isInObject();
      if (byte !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET))
        this.fail(`Expected a comma or a closing ${isObject ? "brace" : "bracket"}`, at);
      at++;
      open.leave();
    }
    return at;
  }

  /** A key inside a container, up to where its value begins. */
  private member(start: number): number {
    const end = this.key(start);
    if (!open.add(this.bytes, start, end, this.keyHash, this.isKeyEscaped)) {
      const name = clip(this.keyText(start, end));
      throw new JsonScanError(`The key "${name}" stands twice in one object`, start);
    }
    // A key that is spelled with escapes may be anything.
    if (this.isKeyEscaped || this.keyHash === CACHE_CONTROL || this.keyHash === CACHE_POINT) this.mayHoldMarks = true;
    return this.colon(end);
  }

  private newName(start: number, end: number): string {
    const name = this.keyText(start, end);
    if (!this.isKeyEscaped) knownKeys.learn(this.bytes, start, end, name);
    return name;
  }

  private keyText(start: number, end: number): string {
    if (this.isKeyEscaped) return JSON.parse(this.bytes.toString("utf8", start, end)) as string;
    return keyTexts.textOf(this.bytes, start + 1, end - 1, this.keyHash);
  }

  /** Keys are short, and compared. */
  private key(start: number): number {
    const { bytes } = this;
    if (bytes[start] !== QUOTE) this.fail("Expected a key in double quotes", start);
    let hash = 0;
    this.isKeyEscaped = false;
    for (let at = start + 1; at < bytes.length; ) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.keyHash = hash;
        return at + 1;
      }
      if (byte === BACKSLASH) {
        this.isKeyEscaped = true;
        this.hasEscapedKeys = true;
        at = escapeAfter(bytes, at);
        continue;
      }
      if (byte < 0x20) throw new JsonScanError("A control character stands inside a string", at);
      hash = hashWith(hash, byte);
      at++;
    }
    throw new JsonScanError("The JSON text ends inside a string", bytes.length);
  }

  private colon(keyEnd: number): number {
    const at = skipSpace(this.bytes, keyEnd);
    if (this.bytes[at] !== COLON) this.fail("Expected a colon", at);
    return skipSpace(this.bytes, at + 1);
  }

  private scalar(start: number): number {
    switch (this.bytes[start]) {
      case QUOTE:
        return this.texts.end(start);
      case 0x74:
        return this.word(start, "true");
      case 0x66:
        return this.word(start, "false");
      case 0x6e:
        return this.word(start, "null");
      default:
        return numberEnd(this.bytes, start, refuse);
    }
  }

  private word(start: number, text: string): number {
    for (let n = 0; n < text.length; n++) {
      if (this.bytes[start + n] !== text.charCodeAt(n)) this.fail("Expected a value", start);
    }
    return start + text.length;
  }

  private fail(problem: string, at: number): never {
    if (at >= this.bytes.length) throw new JsonScanError("The JSON text ends too early", this.bytes.length);
    throw new JsonScanError(problem, at);
  }
}

const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
