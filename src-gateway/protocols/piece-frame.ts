/**
 * Frames that say nothing but more of the open text: nearly all of a stream. What stands around the text is the same in each,
 * so that one wire's can be made of another's by their bytes, the text as it is spelled, without a parser or a string between.
 */

/** The bytes in front of a text and behind it; its quotes belong to them. */
export interface PieceFrame {
  before: Buffer;
  after: Buffer;
  /** `after` and `before`: what stands between the texts of two such frames. */
  between: Buffer;
}

export const pieceFrame = (before: Buffer, after: Buffer): PieceFrame => ({
  before,
  after,
  between: Buffer.concat([after, before]),
});

/** A frame as its provider sends it. */
export interface HeardFrame extends PieceFrame {
  /**
   * Some hide the lengths of their pieces by padding, a string that means nothing: it begins where `after` ends, and this is
   * what stands behind it, from its closing quote on. Empty where there is none.
   */
  last: Buffer;
}

/** Memory that is used again. */
export interface Scratch {
  /** So many bytes, good until the scratch is cleared. */
  take(size: number): Buffer;
}

export interface CopiedPieces {
  /** In the scratch. May be empty: a piece without a text has no frame. */
  frames: Buffer;
  /** Offset in the bytes that were read, behind the last frame that was copied. */
  end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const FIRST_BEYOND_ASCII = 0x80;
/** What `JSON.stringify` writes behind a backslash, but for `u`: another spelling of the same would be other bytes. */
const ESCAPED = new Set(Buffer.from('"\\bfnrt'));

/**
 * Copies the whole frames that stand in `bytes` from `start` on, up to the first that is another one, or whose text is not
 * surely spelled as `JSON.stringify` would. Null where that is the very first.
 */
export function copyPieces(
  bytes: Buffer,
  start: number,
  from: HeardFrame,
  to: PieceFrame,
  scratch: Scratch,
): CopiedPieces | null {
  if (!hasAt(bytes, start, from.before)) return null;
  const into = scratch.take(roomFor(bytes.length - start, from, to));
  const isPadded = from.last.length > 0;
  let at = start;
  let filled = to.before.copy(into);
  for (let goesOn = true; goesOn; ) {
    const text = at + from.before.length;
    const textEnd = copyText(bytes, text, into, filled);
    if (textEnd < 0) break;
    // Where one stands behind another both are told by one look.
    goesOn = !isPadded && hasAt(bytes, textEnd, from.between);
    const end = goesOn ? textEnd + from.after.length : frameEnd(bytes, textEnd, from);
    if (end < 0) break;
    at = end;
    goesOn ||= hasAt(bytes, at, from.before);
    if (textEnd === text) continue;
    filled += textEnd - text;
    filled += to.between.copy(into, filled);
  }
  return at === start ? null : { frames: into.subarray(0, filled - to.before.length), end: at };
}

/** Texts keep their length, what is around them is at most so many times as long, and one more frame is begun. */
function roomFor(size: number, from: HeardFrame, to: PieceFrame): number {
  const around = to.before.length + to.after.length;
  const ratio = around / (from.before.length + from.after.length + from.last.length);
  return Math.ceil(size * Math.max(1, ratio)) + to.before.length;
}

const hasAt = (bytes: Buffer, at: number, text: Buffer): boolean =>
  at + text.length <= bytes.length && bytes.compare(text, 0, text.length, at, at + text.length) === 0;

/** Offset of the text's closing quote; -1 where it has none, or is not to be copied. */
function copyText(bytes: Buffer, start: number, into: Buffer, to: number): number {
  const shift = to - start;
  let isAscii = true;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return isAscii || isUtf8(bytes, start, at) ? at : -1;
    if (byte < SPACE) return -1;
    if (byte >= FIRST_BEYOND_ASCII) isAscii = false;
    into[at + shift] = byte;
    if (byte !== BACKSLASH) continue;
    const escaped = bytes[++at];
    if (escaped === undefined || !ESCAPED.has(escaped)) return -1;
    into[at + shift] = escaped;
  }
  return -1;
}

/** Bytes that are none would be replaced by this letter. False for those that spell it, too: that does no harm. */
const isUtf8 = (bytes: Buffer, start: number, end: number): boolean =>
  !bytes.toString("utf8", start, end).includes("\ufffd");

/** Offset behind the frame whose text has its closing quote at `at`; -1 where it goes on in another way. */
function frameEnd(bytes: Buffer, at: number, { after, last }: HeardFrame): number {
  if (!hasAt(bytes, at, after)) return -1;
  const behind = at + after.length;
  if (last.length === 0) return behind;
  for (let end = behind; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (byte === QUOTE) return hasAt(bytes, end, last) ? end + last.length : -1;
    if (byte === BACKSLASH || byte < SPACE) return -1;
  }
  return -1;
}
