/**
 * Answers with embeddings, but for their vectors. To read how many tokens they took, two megabytes of numbers need not become
 * numbers: for 64 vectors of 1,536 that held the thread, and everybody else's streams, for 5 ms.
 */
import { skipSpace, skipString } from "../lib/json-walk.ts";
import { type JsonObject, parseObject, parseText } from "./loose-json.ts";

/** Shorter values are parsed sooner than left out. */
const LONG_BYTES = 256;

const QUOTE = 0x22;
const COLON = 0x3a;
const OPENING = 0x5b;
const CLOSING = 0x5d;
const MINUS = 0x2d;

/**
 * The object that the bytes hold, in which long strings and long lists of numbers are empty unless it is an error.
 * @returns null where they hold none.
 */
export function parseWithoutVectors(bytes: Buffer): JsonObject | null {
  let text = "";
  let kept = 0;
  const leaveOut = (start: number, end: number): number => {
    if (end - start <= LONG_BYTES) return end;
    text += bytes.toString("utf8", kept, start);
    kept = end;
    return end;
  };
  // Vectors are what a quoted name leads to, or are strings themselves: all else lies between two quotes.
  for (let at = bytes.indexOf(QUOTE); at >= 0; ) {
    const end = skipString(bytes, at);
    leaveOut(at + 1, end - 1);
    const list = listUnder(bytes, end);
    at = bytes.indexOf(QUOTE, list === null ? end : leaveOut(...list));
  }
  if (kept === 0) return parseObject(bytes);
  const lean = parseText(text + bytes.toString("utf8", kept));
  // A list that holds other lists was cut in its middle, which leaves no JSON; and an error may have a lot to say.
  return lean === null || "error" in lean ? parseObject(bytes) : lean;
}

/** What stands within the list of numbers that a name which ended before `start` leads to; null where there is none. */
function listUnder(bytes: Buffer, start: number): [start: number, end: number] | null {
  const colon = skipSpace(bytes, start);
  if (bytes[colon] !== COLON) return null;
  const list = skipSpace(bytes, colon + 1);
  if (bytes[list] !== OPENING || !beginsNumber(bytes[skipSpace(bytes, list + 1)])) return null;
  const end = bytes.indexOf(CLOSING, list);
  const quote = bytes.indexOf(QUOTE, list);
  // With a quote in it, it holds texts or objects, too.
  return end < 0 || (quote >= 0 && quote < end) ? null : [list + 1, end];
}

const beginsNumber = (byte = 0): boolean => byte === MINUS || (byte >= 0x30 && byte <= 0x39);
