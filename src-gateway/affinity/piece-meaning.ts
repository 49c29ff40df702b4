/** The bytes of a piece of a prompt that a model gets to see, so that pieces which mean the same hash the same. */
import {
  firstKeyAt,
  isKey,
  isObjectAt,
  type JsonSpan,
  nextKeyAt,
  rawTextAt,
  skipSpace,
  skipString,
  skipValue,
  valueAt,
} from "../lib/json-walk.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/** Agents move these marks to the last message with every turn; what they mark stays the same prompt. */
const MARK = Buffer.from('"cache_control"');
const MARK_BLOCK = Buffer.from('{"cachePoint"');
/** Stands in both. */
const ANY_MARK = Buffer.from('"cache');

const CONTENT = Buffer.from("content");
const TYPE = Buffer.from("type");
const TEXT = Buffer.from("text");

/** Where between the two places the first mark may stand; `to` where there is none. */
export function findMark(bytes: Buffer, from: number, to: number): number {
  const at = bytes.subarray(from, to).indexOf(ANY_MARK);
  return at < 0 ? to : from + at;
}

/** Is given what a piece means, in order. */
export interface MeaningTaker {
  add(bytes: Buffer, start: number, end: number): void;
}

/** A piece, and what is known of it. */
interface KnownPiece extends JsonSpan {
  /** False where it is known that it holds no mark. */
  isMarked?: boolean;
  /** It begins with its role, and then a content that is a text. */
  isPlain?: boolean;
}

/** Whether the piece means what it spells, from its first byte to its last. */
export const isAllMeant = (bytes: Buffer, piece: KnownPiece): boolean =>
  piece.isMarked === false && (piece.isPlain === true || !isObjectAt(bytes, piece));

/** @returns false when nothing but marks stands there. */
export function addMeaning(taker: MeaningTaker, bytes: Buffer, piece: KnownPiece): boolean {
  if (piece.isMarked === false) {
    addPlainContent(taker, bytes, piece, piece.isPlain);
    return true;
  }
  const bare = withoutBlocks(withoutMarks(bytes.subarray(piece.start, piece.end)));
  if (bare.length === 0) return false;
  addPlainContent(taker, bare, { start: 0, end: bare.length });
  return true;
}

function withoutMarks(bytes: Buffer): Buffer {
  return withoutSpans(bytes, MARK, (at) => {
    const colon = skipSpace(bytes, at + MARK.length);
    // A text that reads like the mark is not followed by a colon.
    return bytes[colon] === COLON ? skipValue(bytes, skipSpace(bytes, colon + 1)) : null;
  });
}

const withoutBlocks = (bytes: Buffer): Buffer => withoutSpans(bytes, MARK_BLOCK, (at) => skipValue(bytes, at));

/** Takes out what begins with `mark`, and one comma beside it. */
function withoutSpans(bytes: Buffer, mark: Buffer, endOf: (at: number) => number | null): Buffer {
  let at = bytes.indexOf(mark);
  if (at < 0) return bytes;
  const kept: Buffer[] = [];
  let from = 0;
  for (; at >= 0; at = bytes.indexOf(mark, Math.max(at + 1, from))) {
    const end = endOf(at);
    if (end === null) continue;
    let start = at;
    while (start > from && isSpace(bytes[start - 1])) start--;
    const after = skipSpace(bytes, end);
    if (bytes[start - 1] === COMMA && start > from) {
      kept.push(bytes.subarray(from, start - 1));
      from = end;
    } else {
      kept.push(bytes.subarray(from, at));
      from = bytes[after] === COMMA ? skipSpace(bytes, after + 1) : end;
    }
  }
  kept.push(bytes.subarray(from));
  return Buffer.concat(kept);
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * A mark needs a block to stand on, so the same text is a list of one block in one turn and a text in the next; a system
 * prompt too. Looks no further than it must: most of a long prompt stands behind what this reads.
 */
function addPlainContent(taker: MeaningTaker, bytes: Buffer, piece: JsonSpan, isPlain = false): void {
  const { start, end } = piece;
  if (!isObjectAt(bytes, piece) || isPlain) return taker.add(bytes, start, end);
  const own = plainText(bytes, piece);
  if (own) return taker.add(bytes, own.start, own.end);
  const content = contentAt(bytes, piece);
  if (content < 0 || bytes[content] !== OPEN_BRACKET) return taker.add(bytes, start, end);
  const block = { start: skipSpace(bytes, content + 1), end };
  const only = isObjectAt(bytes, block) ? plainText(bytes, block) : null;
  const listEnd = only && skipSpace(bytes, only.blockEnd);
  if (only === null || listEnd === null || bytes[listEnd] !== CLOSE_BRACKET) return taker.add(bytes, start, end);
  taker.add(bytes, start, content);
  taker.add(bytes, only.start, only.end);
  taker.add(bytes, listEnd + 1, end);
}

/** Where the value of the object's member `content` begins; -1 where it has none. */
function contentAt(bytes: Buffer, object: JsonSpan): number {
  for (let key = firstKeyAt(bytes, object); key >= 0; ) {
    const keyEnd = skipString(bytes, key);
    const value = valueAt(bytes, keyEnd);
    if (isKey(bytes, key, keyEnd, CONTENT)) return value;
    key = nextKeyAt(bytes, object, skipValue(bytes, value));
  }
  return -1;
}

/** The text of the block, and where the block ends; null for one that is more than text. What follows it may be read. */
function plainText(bytes: Buffer, block: JsonSpan): (JsonSpan & { blockEnd: number }) | null {
  let start = -1;
  let end = -1;
  let isText = false;
  let last = block.start + 1;
  for (let key = firstKeyAt(bytes, block); key >= 0; key = nextKeyAt(bytes, block, last)) {
    const keyEnd = skipString(bytes, key);
    const value = valueAt(bytes, keyEnd);
    if (isKey(bytes, key, keyEnd, TYPE)) {
      last = skipValue(bytes, value);
      isText = rawTextAt(bytes, { start: value, end: last })?.endsWith("text") ?? false;
      if (!isText) return null;
    } else if (bytes[value] === QUOTE && isKey(bytes, key, keyEnd, TEXT)) {
      start = value;
      last = skipValue(bytes, value);
      end = last;
    } else return null;
  }
  // A block that says more does not end behind what was read of it.
  const close = skipSpace(bytes, last);
  return isText && start >= 0 && bytes[close] === CLOSE_BRACE ? { start, end, blockEnd: close + 1 } : null;
}
