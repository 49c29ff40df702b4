/** The bytes of a piece of a prompt that a model gets to see, so that pieces which mean the same hash the same. */
import {
  eachElement,
  isArrayAt,
  isObjectAt,
  isStringAt,
  type JsonSpan,
  membersOf,
  rawTextAt,
  skipSpace,
  skipValue,
} from "../lib/json-walk.ts";

const COMMA = 0x2c;
const COLON = 0x3a;

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
 * prompt too.
 */
function withPlainContent(bytes: Buffer): Buffer[] {
  const whole = { start: 0, end: bytes.length };
  if (bytes.length === 0) return [];
  if (!isObjectAt(bytes, whole)) return [bytes];
  const members = membersOf(bytes, whole);
  const own = plainText(bytes, members);
  if (own) return [bytes.subarray(own.start, own.end)];
  const content = members.get("content");
  const text = content && onlyText(bytes, content);
  if (!content || !text) return [bytes];
  return [bytes.subarray(0, content.start), bytes.subarray(text.start, text.end), bytes.subarray(content.end)];
}

function onlyText(bytes: Buffer, content: JsonSpan): JsonSpan | null {
  if (!isArrayAt(bytes, content)) return null;
  const blocks: JsonSpan[] = [];
  eachElement(bytes, content, (block) => blocks.push(block) < 2);
  const [block] = blocks;
  if (block === undefined || blocks.length > 1 || !isObjectAt(bytes, block)) return null;
  return plainText(bytes, membersOf(bytes, block));
}

/** Where the text of a block stands that is nothing but text. */
function plainText(bytes: Buffer, members: ReadonlyMap<string, JsonSpan>): JsonSpan | null {
  const text = members.get("text");
  const type = rawTextAt(bytes, members.get("type"));
  return members.size === 2 && type?.endsWith("text") && text && isStringAt(bytes, text) ? text : null;
}
