/**
 * Steps through a part of JSON bytes that `json-scan.ts` has checked: the elements of an array, the members of an object,
 * without building any value. On bytes that were not checked the places mean nothing, but every walk ends.
 */

/** Byte offsets: [start, end). */
export interface JsonSpan {
  start: number;
  end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Up to here a loop finds the end of a string sooner than a native search. */
const SHORT_STRING = 24;

/** Offset after the value that begins at `at`. */
export function skipValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipWord(bytes, at);
  let depth = 0;
  for (let next = at; next < bytes.length; ) {
    const byte = bytes[next];
    if (byte === QUOTE) {
      next = skipString(bytes, next);
      continue;
    }
    next++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return next;
  }
  return bytes.length;
}

/** Offset of the first byte from `at` on that is no white space. */
export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  // Mostly there is none, so one comparison comes before the four.
  for (let byte = bytes[at]; byte !== undefined && byte <= 0x20; byte = bytes[++at]) {
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/** Where the first element of the array begins; -1 in an empty one. */
export function firstElementAt(bytes: Buffer, array: JsonSpan): number {
  const at = skipSpace(bytes, array.start + 1);
  return at < array.end - 1 ? at : -1;
}

/** Where the element behind the one that ends at `end` begins; -1 behind the last. */
export function nextElementAt(bytes: Buffer, array: JsonSpan, end: number): number {
  const comma = skipSpace(bytes, end);
  if (bytes[comma] !== COMMA) return -1;
  const at = skipSpace(bytes, comma + 1);
  return at < array.end - 1 ? at : -1;
}

/** The opening quote of the object's first key; -1 in an empty one. */
export function firstKeyAt(bytes: Buffer, object: JsonSpan): number {
  const at = firstElementAt(bytes, object);
  return bytes[at] === QUOTE ? at : -1;
}

/** The opening quote of the key behind the value that ends at `end`; -1 behind the last. */
export function nextKeyAt(bytes: Buffer, object: JsonSpan, end: number): number {
  const at = nextElementAt(bytes, object, end);
  return bytes[at] === QUOTE ? at : -1;
}

/** Where the value begins whose key ends at `keyEnd`. */
export function valueAt(bytes: Buffer, keyEnd: number): number {
  const colon = skipSpace(bytes, keyEnd);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : bytes.length;
}

/** Whether the key between its quotes is spelled like this; one that is spelled with escapes is not. */
export function isKey(bytes: Buffer, keyStart: number, keyEnd: number, name: Buffer): boolean {
  return keyEnd - keyStart - 2 === name.length && hasTextAt(bytes, keyStart + 1, name);
}

/** Short texts only: a native search would have to be called. */
export function hasTextAt(bytes: Buffer, at: number, text: Buffer): boolean {
  const { length } = text;
  if (at + length > bytes.length) return false;
  let n = 0;
  // Four at a time, for half the price of as many turns of a loop.
  for (; n + 4 <= length; n += 4) {
    const from = at + n;
    if (bytes[from] !== text[n] || bytes[from + 1] !== text[n + 1]) return false;
    if (bytes[from + 2] !== text[n + 2] || bytes[from + 3] !== text[n + 3]) return false;
  }
  for (; n < length; n++) if (bytes[at + n] !== text[n]) return false;
  return true;
}

/** The members of the object by their keys; one that is spelled with escapes keeps them. */
export function membersOf(bytes: Buffer, object: JsonSpan): Map<string, JsonSpan> {
  const members = new Map<string, JsonSpan>();
  for (let key = firstKeyAt(bytes, object); key >= 0; ) {
    const keyEnd = skipString(bytes, key);
    const start = valueAt(bytes, keyEnd);
    const end = skipValue(bytes, start);
    members.set(bytes.toString("utf8", key + 1, keyEnd - 1), { start, end });
    key = nextKeyAt(bytes, object, end);
  }
  return members;
}

export const isObjectAt = (bytes: Buffer, span: JsonSpan): boolean => bytes[span.start] === OPEN_BRACE;
export const isArrayAt = (bytes: Buffer, span: JsonSpan): boolean => bytes[span.start] === OPEN_BRACKET;
const isStringAt = (bytes: Buffer, span: JsonSpan): boolean => bytes[span.start] === QUOTE;

/** The text between the quotes as it is spelled; null for what is no string. */
export const rawTextAt = (bytes: Buffer, span: JsonSpan | undefined): string | null =>
  span !== undefined && isStringAt(bytes, span) ? bytes.toString("utf8", span.start + 1, span.end - 1) : null;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Offset after the string that opens at `at`. */
export function skipString(bytes: Buffer, at: number): number {
  const near = Math.min(bytes.length, at + SHORT_STRING);
  let next = at + 1;
  for (; next < near; next++) {
    const byte = bytes[next];
    if (byte === QUOTE) return next + 1;
    if (byte === BACKSLASH) next++;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, next);
    if (quote < 0) return bytes.length;
    let slashes = 0;
    // Not before `next`: what stands there was read as whole escapes.
    while (quote - slashes > next && bytes[quote - slashes - 1] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    next = quote + 1;
  }
}

function skipWord(bytes: Buffer, at: number): number {
  let next = at;
  for (; next < bytes.length; next++) {
    const byte = bytes[next];
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)) break;
  }
  // A value has at least one byte, whatever stands there, so that walks go on.
  return Math.max(next, at + 1);
}
