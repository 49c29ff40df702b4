import type { LaneHead } from "./lane-connection.ts";

const LENGTH = /\r\ncontent-length: ?/i;
const ZERO = 0x30;
/** A body of more digits is none that would be taken. */
const MAX_DIGITS = 12;

/**
 * The head of a connection's last request. The next one is nearly always the same, but for the length of its body: then
 * what it says need not be read out of it once more.
 */
export class KnownHead {
  private readonly head: LaneHead;
  /** What stands before and behind the digits. */
  private readonly before: string;
  private readonly after: string;

  /** @param text of the whole head, which was found usual: it has one length, in digits. */
  constructor(text: string, head: LaneHead) {
    const found = LENGTH.exec(text);
    const from = found === null ? text.length : found.index + found[0].length;
    this.head = head;
    this.before = text.slice(0, from);
    this.after = text.slice(text.indexOf("\r\n", from));
  }

  /** Null where it says anything else. */
  read(bytes: Buffer): LaneHead | null {
    const { before, after, head } = this;
    if (bytes.length <= before.length + after.length) return null;
    let at = before.length;
    let bodyBytes = 0;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at)) bodyBytes = bodyBytes * 10 + digit;
    const digits = at - before.length;
    // With a zero before others it is for somebody else to judge.
    if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && digitAt(bytes, before.length) === 0)) return null;
    if (bytes.toString("latin1", at, at + after.length) !== after) return null;
    if (bytes.toString("latin1", 0, before.length) !== before) return null;
    if (bodyBytes === head.bodyBytes) return head;
    const headers = Object.freeze({ ...head.headers, "content-length": String(bodyBytes) });
    return { ...head, bodyBytes, headers, headBytes: at + after.length };
  }
}

/** Of a decimal number; -1 for anything else. */
function digitAt(bytes: Buffer, at: number): number {
  const digit = (bytes[at] ?? 0) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
