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

export function createTranslatedFrames(options: TranslatedFramesOptions): FrameReader {
  const { splitter, decoder, restorer, encoder } = options;
  const facts = noFacts();
  let held: Buffer[] = [];
  let committed = false;
  let sawError = false;
  let hasEnded = false;

  const learn = (event: IrEvent): void => {
    noteFacts(facts, event);
    hasEnded ||= event.type === "end";
    sawError ||= event.type === "error";
    // An opening says nothing yet; the first part does, and so does an end without any.
    if (event.type !== "start" && event.type !== "error") committed ||= !sawError;
    options.listen(event);
  };

  const take = (events: IrEvent[]): void => {
    for (const event of events) {
      learn(event);
      if (event.type === "error" && !committed) continue;
      for (const restored of restorer.push(event)) {
        const frame = encoder.push(restored);
        if (frame.length > 0) held.push(frame);
      }
    }
  };
  const ready = (): Buffer | null => {
    if (!committed || held.length === 0) return null;
    const bytes = held.length === 1 ? (held[0] ?? NOTHING) : Buffer.concat(held);
    held = [];
    return bytes;
  };
  const read = (frames: SseFrame[]): void => {
    for (const frame of frames) {
      if (!committed && frame.data !== null && isBroken(frame.data)) throw new Error("a frame is not JSON");
      take(decoder.push(frame));
    }
  };

  return {
    facts,
    get committed() {
      return committed;
    },
    get failedEarly() {
      return sawError && !committed;
    },
    get sawError() {
      return sawError;
    },
    push(chunk) {
      read(splitter.push(chunk));
      return ready();
    },
    end() {
      read(splitter.finish());
      const last = decoder.end();
      // A stream that only broke off is broken off for the caller too, which the reader of the answer does.
      if (!sawError && last.some((event) => event.type === "error"))
        return { rest: ready() ?? NOTHING, complete: false };
      take(last);
      return { rest: ready() ?? NOTHING, complete: hasEnded };
    },
  };
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
