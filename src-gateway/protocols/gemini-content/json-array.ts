/** Gemini without `alt=sse` streams one JSON array; each element is a frame. */
import type { FrameSplitter, SseFrame } from "../sse/splitter.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function createJsonArraySplitter(options: { maxFrameBytes?: number } = {}): FrameSplitter {
  const maxFrameBytes = options.maxFrameBytes ?? 64 * 1024 * 1024;
  let pending: Buffer = Buffer.alloc(0);
  /** How far `pending` has been walked, and what the walk knew there. */
  let at = 0;
  let depth = 0;
  let elementStart = -1;
  let inString = false;
  let escaped = false;

  const step = (byte: number): boolean => {
    if (inString) {
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) inString = false;
      return false;
    }
    if (byte === QUOTE) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      // Depth 1 is the array itself.
      if (depth === 1 && elementStart < 0) elementStart = at;
      depth++;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      return depth === 1;
    }
    return false;
  };

  return {
    push(chunk) {
      const frames: SseFrame[] = [];
      let bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (at < bytes.length) {
        const isComplete = step(bytes[at] ?? 0);
        at++;
        if (!isComplete || elementStart < 0) continue;
        frames.push({ raw: bytes.subarray(0, at), event: null, data: bytes.subarray(elementStart, at) });
        bytes = bytes.subarray(at);
        at = 0;
        elementStart = -1;
      }
      pending = bytes;
      if (pending.length > maxFrameBytes)
        throw new RangeError(`An element of the stream is larger than ${maxFrameBytes} bytes.`);
      return frames;
    },
    finish: () => [],
    rest: () => pending,
  };
}
