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
export function skipSpace(bytes: Buffer, at: number): number {
  let next = at;
  while (next < bytes.length && isSpace(bytes[next])) next++;
  return next;
}

/** Calls back for each element of the array until told to stop with `false`. */
export function eachElement(
  bytes: Buffer,
  array: JsonSpan,
  visit: (element: JsonSpan, index: number) => boolean | undefined,
): void {
  let at = skipSpace(bytes, array.start + 1);
  for (let index = 0; at < array.end - 1; index++) {
    const end = skipValue(bytes, at);
    if (visit({ start: at, end }, index) === false) return;
    at = skipSpace(bytes, end);
    if (bytes[at] !== COMMA) return;
    at = skipSpace(bytes, at + 1);
  }
}

/**
 * Calls back for each member of the object, with where its value begins, until told to stop with `false`. A key that is
 * spelled with escapes keeps them. A visitor that has found the end of the value returns it, so that nobody walks it twice.
 */
export function eachMember(
  bytes: Buffer,
  object: JsonSpan,
  visit: (key: string, valueStart: number) => number | false | undefined,
): void {
  let at = skipSpace(bytes, object.start + 1);
  while (at < object.end - 1 && bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) return;
    const start = skipSpace(bytes, colon + 1);
    const end = visit(bytes.toString("utf8", at + 1, keyEnd - 1), start);
    if (end === false) return;
    at = skipSpace(bytes, end ?? skipValue(bytes, start));
    if (bytes[at] !== COMMA) return;
    at = skipSpace(bytes, at + 1);
  }
}

/** The members of the object by their keys. */
export function membersOf(bytes: Buffer, object: JsonSpan): Map<string, JsonSpan> {
  const members = new Map<string, JsonSpan>();
  eachMember(bytes, object, (key, start) => {
    const end = skipValue(bytes, start);
    members.set(key, { start, end });
    return end;
  });
  return members;
}

export const isObjectAt = (bytes: Buffer, span: JsonSpan): boolean => bytes[span.start] === OPEN_BRACE;
export const isArrayAt = (bytes: Buffer, span: JsonSpan): boolean => bytes[span.start] === OPEN_BRACKET;
export const isStringAt = (bytes: Buffer, span: JsonSpan): boolean => bytes[span.start] === QUOTE;

/** The text between the quotes as it is spelled; null for what is no string. */
export const rawTextAt = (bytes: Buffer, span: JsonSpan | undefined): string | null =>
  span !== undefined && isStringAt(bytes, span) ? bytes.toString("utf8", span.start + 1, span.end - 1) : null;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function skipString(bytes: Buffer, at: number): number {
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
