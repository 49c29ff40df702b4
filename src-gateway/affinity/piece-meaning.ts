/** The bytes of a piece of a prompt that a model gets to see, so that pieces which mean the same hash the same. */
import { eachMember, isObjectAt, type JsonSpan, rawTextAt, skipSpace, skipValue } from "../lib/json-walk.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/** Agents move these marks to the last message with every turn; what they mark stays the same prompt. */
const MARK = Buffer.from('"cache_control"');
const MARK_BLOCK = Buffer.from('{"cachePoint"');

/** In order; empty when nothing but marks stands there. */
export function meaningOf(bytes: Buffer, piece: JsonSpan): Buffer[] {
  const own = bytes.subarray(piece.start, piece.end);
  const bare = withoutBlocks(withoutMarks(own));
  return withPlainContent(bare);
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
function withPlainContent(bytes: Buffer): Buffer[] {
  const whole = { start: 0, end: bytes.length };
  if (bytes.length === 0) return [];
  if (!isObjectAt(bytes, whole)) return [bytes];
  const own = plainText(bytes, 0);
  if (own) return [bytes.subarray(own.text.start, own.text.end)];
  let content: number | null = null;
  eachMember(bytes, whole, (key, start) => {
    if (key === "content") content = start;
    return key === "content" ? false : undefined;
  });
  if (content === null || bytes[content] !== OPEN_BRACKET) return [bytes];
  const only = plainText(bytes, skipSpace(bytes, content + 1));
  const end = only && skipSpace(bytes, only.end);
  if (only === null || end === null || bytes[end] !== CLOSE_BRACKET) return [bytes];
  return [bytes.subarray(0, content), bytes.subarray(only.text.start, only.text.end), bytes.subarray(end + 1)];
}

/** The text of the block at `at`, and where the block ends; null for a block that is more than text. */
function plainText(bytes: Buffer, at: number): { text: JsonSpan; end: number } | null {
  const block = { start: at, end: bytes.length };
  if (!isObjectAt(bytes, block)) return null;
  let text: JsonSpan | null = null;
  let isText = false;
  let last = at + 1;
  eachMember(bytes, block, (key, start) => {
    if (key !== "type" && (key !== "text" || bytes[start] !== QUOTE)) return false;
    last = skipValue(bytes, start);
    const value = { start, end: last };
    if (key === "text") text = value;
    else isText = rawTextAt(bytes, value)?.endsWith("text") ?? false;
    return key === "type" && !isText ? false : last;
  });
  // A block that says more does not end behind what was read of it.
  const close = skipSpace(bytes, last);
  return isText && text && bytes[close] === CLOSE_BRACE ? { text, end: close + 1 } : null;
}
