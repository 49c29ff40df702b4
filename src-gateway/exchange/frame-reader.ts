/** Cuts a provider's stream into frames, lets the wire read them, and says which bytes may go on to the caller. */
import { createJsonArraySplitter } from "../protocols/gemini-content/json-array.ts";
import { createSseSplitter, type SseFrame } from "../protocols/sse/splitter.ts";
import type { AnswerFacts, StreamReader } from "../protocols/types.ts";
import type { ModelEcho } from "./model-echo.ts";
import type { Framing } from "./stream-reply.ts";
import { isBroken } from "./unreadable.ts";

export interface FrameReader {
  readonly facts: AnswerFacts;
  /** Content has come: the attempt is the answer now. */
  readonly committed: boolean;
  /** The provider reported an error before any content. */
  readonly failedEarly: boolean;
  readonly sawError: boolean;
  /**
   * The bytes that may be sent on now; null when there are none. Whole frames only, so that a keep-alive fits in between.
   * @throws Error when the answer begins with what cannot be read.
   */
  push(chunk: Buffer): Buffer | null;
  /** `rest`: what is left to send on; `complete`: the stream had said that it was at its end. */
  end(): { rest: Buffer; complete: boolean };
}

const NOTHING = Buffer.alloc(0);

export function createFrameReader(options: {
  reader: StreamReader;
  framing: Framing;
  hidesUsage: boolean;
  /** Writes the caller's name for the model into a frame. */
  echo: ModelEcho | null;
}): FrameReader {
  const { reader, hidesUsage, echo } = options;
  const splitter = options.framing === "sse" ? createSseSplitter() : createJsonArraySplitter();
  let held: Buffer[] = [];
  let committed = false;
  let sawError = false;
  let sawData = false;

  const take = (frames: SseFrame[]): Buffer | null => {
    let hidden = false;
    for (const frame of frames) {
      if (!committed && frame.data !== null && isBroken(frame.data)) throw new Error("a frame is not JSON");
      const kind = reader.push(frame);
      // An end is no answer where nothing came before it.
      sawError ||= kind === "end" && !sawData;
      sawData ||= frame.data !== null;
      if (kind === "content" || kind === "end") committed ||= !sawError;
      else if (kind === "error") sawError = true;
      if (kind === "usage-only" && hidesUsage) hidden = true;
      else held.push(echo ? echo(frame.raw) : frame.raw);
    }
    if (!committed || held.length === 0) return null;
    const ready = hidden || held.length > frames.length ? Buffer.concat(held) : join(held);
    held = [];
    return ready;
  };

  return {
    facts: reader.facts,
    get committed() {
      return committed;
    },
    get failedEarly() {
      return sawError && !committed;
    },
    get sawError() {
      return sawError;
    },
    push: (chunk) => take(splitter.push(chunk)),
    end() {
      const last = splitter.finish();
      const ready = take(last) ?? NOTHING;
      const rest = splitter.rest();
      return { rest: rest.length > 0 && committed ? Buffer.concat([ready, rest]) : ready, complete: reader.end() };
    },
  };
}

/** One buffer over neighbouring slices of the same chunk, without copying where they lie side by side. */
function join(parts: Buffer[]): Buffer {
  const first = parts[0];
  const last = parts[parts.length - 1];
  if (!first || !last) return NOTHING;
  if (parts.length === 1) return first;
  let at = first.byteOffset;
  for (const part of parts) {
    if (part.buffer !== first.buffer || part.byteOffset !== at) return Buffer.concat(parts);
    at += part.length;
  }
  return Buffer.from(first.buffer, first.byteOffset, at - first.byteOffset);
}
