/**
 * What stands between the texts and numbers of a JSON text is its shape. Answers that come one after the other mostly have one
 * of a few shapes; of such a one no more is read than the values that somebody looks at, and nothing is built.
 */
import { escapeEnd } from "./json-escape.ts";
import { firstElementAt, firstKeyAt, nextElementAt, nextKeyAt, skipString, skipValue, valueAt } from "./json-walk.ts";
import { KnownBytes } from "./known-bytes.ts";
import { PlainRun } from "./plain-run.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

const MAX_SHAPES = 8;
/** Of texts that no shape fits, one in so many is learned: some are never seen again. */
const LEARN_EVERY = 8;
const MAX_SLOTS = 64;
const MAX_DEPTH = 16;
const MAX_LITERAL_BYTES = 4_096;
const MAX_KEPT_BYTES = 64;
/** A number of so many digits is exact. */
const MAX_DIGITS = 15;

type Holder = Record<string, unknown>;

/** A text or a number that may be another one in the next text. */
interface Slot {
  /** What stands before it, with the quote that opens a text. */
  literal: KnownBytes;
  isText: boolean;
  /** Where its value belongs, unless it is a text that nobody looks at. */
  holder: Holder;
  name: string;
  isSeen: boolean;
  /** What stands in the holder, of a number. */
  number: number;
  /** The text as it was spelled last; null for one that is long. */
  spelled: KnownBytes | null;
}

/** The shapes of the last texts, and for each an object that is filled anew with what the next such text says. */
export class JsonShapes {
  readonly #looksAt: ReadonlySet<string> | null;
  readonly #shapes: Shape[] = [];
  #unknown = 0;

  /** @param looksAt the names of the members whose texts are looked at, however deep. Of all others the text is empty. Null: all. */
  constructor(looksAt: readonly string[] | null) {
    this.#looksAt = looksAt && new Set(looksAt);
  }

  /** @returns an object that is good until the next call; null for a text of another shape, and for what is no JSON. */
  read(bytes: Buffer): Holder | null {
    const shapes = this.#shapes;
    const plain = new PlainRun(bytes);
    for (let n = 0; n < shapes.length; n++) {
      const shape = shapes[n] as Shape;
      const found = shape.read(bytes, plain);
      if (found === null) continue;
      // Those that are met often come first.
      if (n > 0) [shapes[n - 1], shapes[n]] = [shape, shapes[n - 1] as Shape];
      return found;
    }
    return null;
  }

  /** @param bytes a text that `JSON.parse` has found to be an object. */
  learn(bytes: Buffer): void {
    if (this.#unknown++ % LEARN_EVERY !== 0) return;
    const shape = new ShapeMaker(bytes, this.#looksAt).make();
    if (shape === null) return;
    if (this.#shapes.length >= MAX_SHAPES) this.#shapes.pop();
    this.#shapes.push(shape);
  }
}

class Shape {
  readonly #slots: readonly Slot[];
  readonly #tail: KnownBytes;
  readonly #object: Holder;

  constructor(slots: readonly Slot[], tail: KnownBytes, object: Holder) {
    this.#slots = slots;
    this.#tail = tail;
    this.#object = object;
  }

  read(bytes: Buffer, plain: PlainRun): Holder | null {
    const slots = this.#slots;
    const end = bytes.length;
    let at = 0;
    for (let n = 0; n < slots.length; n++) {
      const slot = slots[n] as Slot;
      const { literal, spelled } = slot;
      if (!plain.has(literal, at)) return null;
      at += literal.length;
      if (!slot.isText) at = readNumber(bytes, at, slot);
      else if (spelled !== null && bytes[at + spelled.length] === QUOTE && plain.has(spelled, at)) at += spelled.length;
      else at = readText(bytes, at, slot, plain);
      if (at < 0) return null;
    }
    return end === at + this.#tail.length && plain.has(this.#tail, at) ? this.#object : null;
  }
}

/** Where it ends; -1 for one that is not the usual spelling of a whole number. */
function readNumber(bytes: Buffer, start: number, slot: Slot): number {
  let at = start;
  let number = 0;
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[++at] ?? 0)
    number = number * 10 + byte - ZERO;
  const digits = at - start;
  if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && bytes[start] === ZERO)) return -1;
  if (number !== slot.number) {
    slot.number = number;
    slot.holder[slot.name] = number;
  }
  return at;
}

/** Where its closing quote stands; -1 where it is none. */
function readText(bytes: Buffer, start: number, slot: Slot, plain: PlainRun): number {
  let at = plain.farEnd(start);
  const isEscaped = bytes[at] === BACKSLASH;
  while (bytes[at] === BACKSLASH) {
    at = escapeEnd(bytes, at);
    if (at < 0) return -1;
    at = plain.end(at);
  }
  if (bytes[at] !== QUOTE) return -1;
  if (slot.isSeen) {
    slot.holder[slot.name] = isEscaped
      ? JSON.parse(bytes.toString("utf8", start - 1, at + 1))
      : bytes.toString("utf8", start, at);
    slot.spelled = at - start <= MAX_KEPT_BYTES ? new KnownBytes(bytes.subarray(start, at)) : null;
  }
  return at;
}

/** Walks once over a text, and makes its shape. */
class ShapeMaker {
  private readonly bytes: Buffer;
  private readonly looksAt: ReadonlySet<string> | null;
  private readonly slots: Slot[] = [];
  /** Up to here all belongs to a slot. */
  private from = 0;
  private literalBytes = 0;

  constructor(bytes: Buffer, looksAt: ReadonlySet<string> | null) {
    this.bytes = bytes;
    this.looksAt = looksAt;
  }

  /** Null for one that is not worth it, or has names that are not like others. */
  make(): Shape | null {
    const { bytes } = this;
    const start = bytes.indexOf(OPEN_BRACE);
    const object: Holder = {};
    const isMade = start >= 0 && this.object(object, { start, end: skipValue(bytes, start) }, 0);
    const tail = this.literal(bytes.length);
    return isMade && this.literalBytes <= MAX_LITERAL_BYTES ? new Shape(this.slots, tail, object) : null;
  }

  private object(holder: Holder, span: { start: number; end: number }, depth: number): boolean {
    const { bytes } = this;
    for (let key = firstKeyAt(bytes, span); key >= 0; ) {
      const keyEnd = skipString(bytes, key);
      const name = JSON.parse(bytes.toString("utf8", key, keyEnd)) as string;
      const value = valueAt(bytes, keyEnd);
      // Of one that stands twice the last counts, whichever has changed.
      const isUsual = name !== "__proto__" && !Object.hasOwn(holder, name);
      if (!isUsual || !this.value(holder, name, value, depth)) return false;
      key = nextKeyAt(bytes, span, skipValue(bytes, value));
    }
    return true;
  }

  private list(holder: Holder, span: { start: number; end: number }, depth: number): boolean {
    const { bytes } = this;
    let index = 0;
    for (let at = firstElementAt(bytes, span); at >= 0; at = nextElementAt(bytes, span, skipValue(bytes, at)))
      if (!this.value(holder, String(index++), at, depth)) return false;
    return true;
  }

  /** @returns false when there is too much of it. */
  private value(holder: Holder, name: string, start: number, depth: number): boolean {
    const { bytes } = this;
    const first = bytes[start] as number;
    const end = skipValue(bytes, start);
    if (depth > MAX_DEPTH) return false;
    if (first === OPEN_BRACE) return this.object((holder[name] = {}), { start, end }, depth + 1);
    if (first === OPEN_BRACKET) return this.list((holder[name] = [] as unknown as Holder), { start, end }, depth + 1);
    if (first === QUOTE) this.text(holder, name, start, end);
    else if (first === MINUS || (first >= ZERO && first <= NINE)) {
      const number = Number(bytes.toString("latin1", start, end));
      holder[name] = number;
      this.slots.push({
        literal: this.literal(start),
        isText: false,
        holder,
        name,
        isSeen: true,
        number,
        spelled: null,
      });
      this.from = end;
    } else holder[name] = JSON.parse(bytes.toString("latin1", start, end));
    return this.slots.length <= MAX_SLOTS;
  }

  private text(holder: Holder, name: string, start: number, end: number): void {
    const literal = this.literal(start + 1);
    const isSeen = this.looksAt?.has(name) ?? true;
    const slot: Slot = { literal, isText: true, holder, name, isSeen, number: 0, spelled: null };
    holder[name] = "";
    if (isSeen) readText(this.bytes, start + 1, slot, new PlainRun(this.bytes));
    this.slots.push(slot);
    this.from = end - 1;
  }

  private literal(to: number): KnownBytes {
    const literal = new KnownBytes(this.bytes.subarray(this.from, to));
    this.literalBytes += literal.length;
    return literal;
  }
}
