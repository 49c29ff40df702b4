/**
 * Reads JSON bytes that `json-scan.ts` has checked from their end, so that the last elements of a long array are found
 * without walking over what stands before them. On bytes that were not checked the places mean nothing, but every walk ends.
 */
import type { JsonSpan } from "./json-walk.ts";

/** A value with where its parts stand. Those of containers are listed last first. */
export interface JsonNode extends JsonSpan {
  /** Of an object, beside `parts`; spelled as in the bytes. Null for all else. */
  keys: string[] | null;
  /** Null for what is no container, and for one that is nested deeper than was asked for. */
  parts: JsonNode[] | null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Up to here a loop finds the beginning of a string sooner than a native search. */
const SHORT_STRING = 32;

/** The same for the way from one escaped quote to the next. */
const DENSE = 8;

/**
 * Calls back for each element of the array, last first, until told to stop with `false`.
 * @param depth how many levels of containers below the array are taken apart; what is nested deeper is only stepped over.
 */
export function eachElementBack(
  bytes: Buffer,
  array: JsonSpan,
  depth: number,
  visit: (element: JsonNode) => boolean | undefined,
): void {
  const floor = array.start + 1;
  let end = trimBack(bytes, array.end - 1, floor);
  while (end > floor) {
    const element = readBack(bytes, end, floor, depth);
    if (visit(element) === false) return;
    const before = trimBack(bytes, element.start, floor);
    if (before <= floor || bytes[before - 1] !== COMMA) return;
    end = trimBack(bytes, before - 1, floor);
  }
}

/** The value that ends before `end` and begins at `floor` or later. */
export function readBack(bytes: Buffer, end: number, floor: number, depth: number): JsonNode {
  const last = bytes[end - 1];
  if (last === QUOTE) return leaf(stringStart(bytes, end - 1, floor), end);
  if (last !== CLOSE_BRACE && last !== CLOSE_BRACKET) return leaf(wordStart(bytes, end, floor), end);
  if (depth <= 0) return leaf(containerStart(bytes, end, floor), end);
  const node: JsonNode = { start: floor, end, keys: last === CLOSE_BRACE ? [] : null, parts: [] };
  let at = trimBack(bytes, end - 1, floor);
  while (at > floor) {
    if (isOpening(bytes[at - 1])) {
      node.start = at - 1;
      return node;
    }
    const part = readBack(bytes, at, floor, depth - 1);
    node.parts?.push(part);
    at = trimBack(bytes, part.start, floor);
    if (node.keys !== null) {
      if (bytes[at - 1] === COLON) at = trimBack(bytes, at - 1, floor);
      const keyStart = at > floor ? stringStart(bytes, at - 1, floor) : floor;
      node.keys.push(bytes.toString("latin1", keyStart + 1, Math.max(keyStart + 1, at - 1)));
      at = trimBack(bytes, keyStart, floor);
    }
    if (at > floor && bytes[at - 1] === COMMA) at = trimBack(bytes, at - 1, floor);
  }
  return node;
}

export function partOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  const at = node?.keys?.indexOf(key) ?? -1;
  return at < 0 ? undefined : node?.parts?.[at];
}

/** The text between the quotes as it is spelled; null for what is no string. */
export const rawText = (bytes: Buffer, node: JsonSpan | undefined): string | null =>
  node !== undefined && bytes[node.start] === QUOTE ? bytes.toString("latin1", node.start + 1, node.end - 1) : null;

export const isSameText = (bytes: Buffer, one: JsonSpan, other: JsonSpan): boolean =>
  one.end - one.start === other.end - other.start &&
  bytes.compare(bytes, one.start, one.end, other.start, other.end) === 0;

const leaf = (start: number, end: number): JsonNode => ({ start, end, keys: null, parts: null });

const isOpening = (byte: number | undefined): boolean => byte === OPEN_BRACE || byte === OPEN_BRACKET;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function trimBack(bytes: Buffer, end: number, floor: number): number {
  let at = end;
  while (at > floor && isSpace(bytes[at - 1])) at--;
  return at;
}

/** Of the string that closes at `close`. A quote opens it unless an odd number of backslashes stands before it. */
function stringStart(bytes: Buffer, close: number, floor: number): number {
  let near = Math.max(floor, close - SHORT_STRING);
  for (let at = close - 1; at >= floor; at--) {
    // Where no quote is near, none is for long; where quotes are dense, each native search costs more than it spares.
    if (at <= near) {
      at = bytes.lastIndexOf(QUOTE, at);
      if (at < floor) return floor;
    }
    if (bytes[at] !== QUOTE) continue;
    if (bytes[at - 1] !== BACKSLASH || !isEscaped(bytes, at, floor)) return at;
    near = at - DENSE;
    // The backslash is no quote.
    at--;
  }
  return floor;
}

/** A backslash stands before the quote already. */
function isEscaped(bytes: Buffer, quote: number, floor: number): boolean {
  if (bytes[quote - 2] !== BACKSLASH) return true;
  let at = quote - 2;
  while (at > floor && bytes[at - 1] === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}

function wordStart(bytes: Buffer, end: number, floor: number): number {
  // A value has at least one byte, whatever stands there, so that walks go on.
  let at = Math.max(floor, end - 1);
  while (at > floor) {
    const byte = bytes[at - 1];
    if (byte === COMMA || byte === COLON || isOpening(byte) || isSpace(byte)) break;
    at--;
  }
  return at;
}

function containerStart(bytes: Buffer, end: number, floor: number): number {
  let open = 0;
  for (let at = end - 1; at >= floor; at--) {
    const byte = bytes[at];
    if (byte === QUOTE) at = stringStart(bytes, at, floor);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open++;
    else if (isOpening(byte) && --open === 0) return at;
  }
  return floor;
}
