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
  private readonly before: Buffer;
  private readonly after: Buffer;

  /** @param text of the whole head, which was found usual: it has one length, in digits. */
  constructor(text: string, head: LaneHead) {
    const found = LENGTH.exec(text);
    const from = found === null ? text.length : found.index + found[0].length;
    this.head = head;
    this.before = Buffer.from(text.slice(0, from), "latin1");
    this.after = Buffer.from(text.slice(text.indexOf("\r\n", from)), "latin1");
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
    if (!isAt(bytes, at, after) || !isAt(bytes, 0, before)) return null;
    if (bodyBytes === head.bodyBytes) return head;
    const headers = { ...head.headers, "content-length": String(bodyBytes) };
    return { ...head, bodyBytes, headers, headBytes: at + after.length };
  }
}

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  const { length } = wanted;
  return at + length <= bytes.length && bytes.compare(wanted, 0, length, at, at + length) === 0;
}

/** Of a decimal number; -1 for anything else. */
function digitAt(bytes: Buffer, at: number): number {
  const digit = (bytes[at] ?? 0) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
