/** Most frames of a stream are the one before with another piece of text: they can say nothing else that is new. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export interface SameButText {
  /** A frame that was looked into, and says nothing but its text. */
  learn(data: Buffer): void;
  /** Whether it is the frame that was learned but for the text, byte for byte. False where that takes a closer look. */
  fits(data: Buffer): boolean;
}

/** @param textKey the key of the text up to and with the opening quote of its value, as in `"content":"`. */
export function createSameButText(textKey: string): SameButText {
  const mark = Buffer.from(textKey);
  let head: Buffer | null = null;
  let tail: Buffer | null = null;
  return {
    learn(data) {
      const at = data.indexOf(mark);
      const end = at < 0 ? -1 : textEnd(data, at + mark.length);
      // Copies: a slice would keep all that was received with it.
      head = end < 0 ? null : Buffer.from(data.subarray(0, at + mark.length));
      tail = end < 0 ? null : Buffer.from(data.subarray(end));
    },
    fits(data) {
      if (head === null || tail === null || data.length < head.length + tail.length) return false;
      if (data.compare(head, 0, head.length, 0, head.length) !== 0) return false;
      const end = textEnd(data, head.length);
      return end === data.length - tail.length && data.compare(tail, 0, tail.length, end) === 0;
    },
  };
}

/** Where the text's closing quote stands; -1 where it may be an escaped one. */
function textEnd(data: Buffer, start: number): number {
  const end = data.indexOf(QUOTE, start);
  return end > start && data[end - 1] === BACKSLASH ? -1 : end;
}
