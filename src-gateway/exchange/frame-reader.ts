/** Cuts a provider's stream into frames, lets the wire read them, and says which bytes may go on to the caller. */
import { createJsonArraySplitter } from "../protocols/gemini-content/json-array.ts";
import { createSseSplitter, type FrameSplitter, type SseFrame } from "../protocols/sse/splitter.ts";
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

export interface FrameReaderOptions {
  reader: StreamReader;
  framing: Framing;
  hidesUsage: boolean;
  /** Writes the caller's name for the model into a frame. */
  echo: ModelEcho | null;
}

export const createFrameReader = (options: FrameReaderOptions): FrameReader => new Frames(options);

/** A class, because accessors in an object literal make a shape of its own for each object, which lives in old memory. */
class Frames implements FrameReader {
  readonly facts: AnswerFacts;
  committed = false;
  sawError = false;
  private readonly reader: StreamReader;
  private readonly hidesUsage: boolean;
  private readonly echo: ModelEcho | null;
  private readonly splitter: FrameSplitter;
  private held: Buffer[] = [];
  private sawData = false;

  constructor({ reader, framing, hidesUsage, echo }: FrameReaderOptions) {
    this.reader = reader;
    this.facts = reader.facts;
    this.hidesUsage = hidesUsage;
    this.echo = echo;
    this.splitter = framing === "sse" ? createSseSplitter() : createJsonArraySplitter();
  }

  get failedEarly(): boolean {
    return this.sawError && !this.committed;
  }

  push(chunk: Buffer): Buffer | null {
    return this.take(this.splitter.push(chunk));
  }

  end(): { rest: Buffer; complete: boolean } {
    const ready = this.take(this.splitter.finish()) ?? NOTHING;
    const rest = this.splitter.rest();
    return {
      rest: rest.length > 0 && this.committed ? Buffer.concat([ready, rest]) : ready,
      complete: this.reader.end(),
    };
  }

  private take(frames: SseFrame[]): Buffer | null {
    let hidden = false;
    for (const frame of frames) {
      if (!this.committed && frame.data !== null && isBroken(frame.data)) throw new Error("a frame is not JSON");
      const kind = this.reader.push(frame);
      // An end is no answer where nothing came before it.
      this.sawError ||= kind === "end" && !this.sawData;
      this.sawData ||= frame.data !== null;
      if (kind === "content" || kind === "end") this.committed ||= !this.sawError;
      else if (kind === "error") this.sawError = true;
      if (kind === "usage-only" && this.hidesUsage) hidden = true;
      else this.held.push(this.echo ? this.echo(frame.raw) : frame.raw);
    }
    const { held } = this;
    if (!this.committed || held.length === 0) return null;
    this.held = [];
    return hidden || held.length > frames.length ? Buffer.concat(held) : join(held);
  }
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
