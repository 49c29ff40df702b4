/** A provider's stream as frames of another wire, read with the same questions as a relayed one. */
import type { IrEvent } from "../ir/answer.ts";
import type { Restorer } from "../protocols/adapt/restore.ts";
import type { StreamDecoder, StreamEncoder } from "../protocols/codec.ts";
import { tierFrom } from "../protocols/extra-usage.ts";
import type { FrameSplitter, SseFrame } from "../protocols/sse/splitter.ts";
import { noFacts } from "../protocols/stream-facts.ts";
import type { AnswerFacts } from "../protocols/types.ts";
import type { FrameReader } from "./frame-reader.ts";
import { isBroken } from "./unreadable.ts";

export interface TranslatedFramesOptions {
  splitter: FrameSplitter;
  decoder: StreamDecoder;
  restorer: Restorer;
  encoder: StreamEncoder;
  /** Hears every event as the provider meant it. */
  listen(event: IrEvent): void;
}

const NOTHING = Buffer.alloc(0);

export const createTranslatedFrames = (options: TranslatedFramesOptions): FrameReader => new TranslatedFrames(options);

class TranslatedFrames implements FrameReader {
  readonly facts = noFacts();
  committed = false;
  sawError = false;
  private readonly options: TranslatedFramesOptions;
  private held: Buffer[] = [];
  private hasEnded = false;

  constructor(options: TranslatedFramesOptions) {
    this.options = options;
  }

  get failedEarly(): boolean {
    return this.sawError && !this.committed;
  }

  push(chunk: Buffer): Buffer | null {
    this.read(this.options.splitter.push(chunk));
    return this.ready();
  }

  end(): { rest: Buffer; complete: boolean } {
    const { splitter, decoder } = this.options;
    this.read(splitter.finish());
    const last = decoder.end();
    // A stream that only broke off is broken off for the caller too, which the reader of the answer does.
    if (!this.sawError && last.some((event) => event.type === "error"))
      return { rest: this.ready() ?? NOTHING, complete: false };
    this.take(last);
    return { rest: this.ready() ?? NOTHING, complete: this.hasEnded };
  }

  private read(frames: SseFrame[]): void {
    for (const frame of frames) {
      if (!this.committed && frame.data !== null && isBroken(frame.data)) throw new Error("a frame is not JSON");
      this.take(this.options.decoder.push(frame));
    }
  }

  private take(events: IrEvent[]): void {
    const { restorer, encoder } = this.options;
    for (const event of events) {
      this.learn(event);
      if (event.type === "error" && !this.committed) continue;
      for (const restored of restorer.push(event)) {
        const frame = encoder.push(restored);
        if (frame.length > 0) this.held.push(frame);
      }
    }
  }

  private learn(event: IrEvent): void {
    noteFacts(this.facts, event);
    this.hasEnded ||= event.type === "end";
    this.sawError ||= event.type === "error";
    // An opening says nothing yet; the first part does, and so does an end without any.
    if (event.type !== "start" && event.type !== "error") this.committed ||= !this.sawError;
    this.options.listen(event);
  }

  private ready(): Buffer | null {
    const { held } = this;
    if (!this.committed || held.length === 0) return null;
    this.held = [];
    return held.length === 1 ? (held[0] ?? NOTHING) : Buffer.concat(held);
  }
}

function noteFacts(facts: AnswerFacts, event: IrEvent): void {
  if (event.type === "start") {
    facts.modelServed = event.model;
    facts.usage = event.usage;
  } else if (event.type === "end") {
    facts.finishReason = event.finish.raw;
    facts.usage = event.usage ?? facts.usage;
    facts.serviceTier = tierFrom(event.serviceTier);
    facts.counts = event.counts ?? null;
  } else if (event.type === "error") facts.error = event.error;
}
