/** Cuts a stream of one JSON text a line into frames: `data` is the line without its end, and no frame has an `event`. */
import type { FrameSplitter, SseFrame } from "../sse/splitter.ts";

const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

/** @throws RangeError from `push` when a line is larger than `maxFrameBytes`. */
export function createNdjsonSplitter(options: { maxFrameBytes?: number } = {}): FrameSplitter {
  const maxFrameBytes = options.maxFrameBytes ?? 64 * 1024 * 1024;
  let pending: Buffer = NOTHING;
  return {
    push(chunk) {
      // What was pending has no line end, so it is not searched again.
      let searchFrom = pending.length;
      const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const frames: SseFrame[] = [];
      let start = 0;
      for (let end = bytes.indexOf(LF, searchFrom); end >= 0; end = bytes.indexOf(LF, searchFrom)) {
        frames.push(readLine(bytes.subarray(start, end + 1)));
        start = end + 1;
        searchFrom = start;
      }
      pending = bytes.subarray(start);
      if (pending.length > maxFrameBytes)
        throw new RangeError(`A line of the stream is larger than ${maxFrameBytes} bytes.`);
      return frames;
    },
    finish() {
      const last = readLine(pending);
      if (last.data === null) return [];
      pending = NOTHING;
      return [last];
    },
    rest: () => pending,
  };
}

/** White space around a line, a carriage return among it, belongs to no JSON text. */
function readLine(raw: Buffer): SseFrame {
  let end = raw.length;
  while (end > 0 && isBlank(raw[end - 1])) end--;
  let start = 0;
  while (start < end && isBlank(raw[start])) start++;
  return { raw, event: null, data: start === end ? null : raw.subarray(start, end) };
}

const isBlank = (byte: number | undefined): boolean => byte === LF || byte === 0x0d || byte === 0x20 || byte === 0x09;
