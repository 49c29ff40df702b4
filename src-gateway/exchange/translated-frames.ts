/** A provider's stream as frames of another wire, read with the same questions as a relayed one. */
import type { IrEvent } from "../ir/answer.ts";
import type { Restorer } from "../protocols/adapt/restore.ts";
import type { StreamDecoder, StreamEncoder } from "../protocols/codec.ts";
import { tierFrom } from "../protocols/extra-usage.ts";
import type { CopiedPieces } from "../protocols/piece-frame.ts";
import type { FrameSplitter, SseFrame } from "../protocols/sse/splitter.ts";
import { noFacts } from "../protocols/stream-facts.ts";
import type { AnswerFacts } from "../protocols/types.ts";
import type { FrameReader } from "./frame-reader.ts";
import { createScratch } from "./scratch.ts";
import { isBroken } from "./unreadable.ts";

export interface TranslatedFramesOptions {
  splitter: FrameSplitter;
  decoder: StreamDecoder;
  restorer: Restorer;
  encoder: StreamEncoder;
  /** Hears every event as the provider meant it; null where nobody needs to, and texts may be copied unheard. */
  listen: ((event: IrEvent) => void) | null;
}

const NOTHING = Buffer.alloc(0);
const BLANK_LINE = Buffer.from("\n\n");
/**
 * What is copied stays here until the chunk has been read, which nothing interrupts: each large buffer brings the next
 * collection of the whole heap nearer.
 */
const scratch = createScratch();
/** After so many frames of a chunk, one behind another, that are no mere text, the rest of it will hardly hold any. */
const MAX_OTHERS = 8;

export const createTranslatedFrames = (options: TranslatedFramesOptions): FrameReader => new TranslatedFrames(options);

class TranslatedFrames implements FrameReader {
  readonly facts = noFacts();
  committed = false;
  sawError = false;
  private readonly options: TranslatedFramesOptions;
  private held: Buffer[] = [];
  /** Some of what is held stands in the scratch. */
  private isBorrowed = false;
  private hasEnded = false;
  /** Both codecs can, and nobody wants to hear the texts. */
  private readonly copiesText: boolean;

  constructor(options: TranslatedFramesOptions) {
    const { decoder, encoder, listen } = options;
    this.options = options;
    this.copiesText = listen === null && decoder.copyPieces !== undefined && encoder.pieceFrame !== undefined;
  }

  get failedEarly(): boolean {
    return this.sawError && !this.committed;
  }

  push(chunk: Buffer): Buffer | null {
    const at = this.copiesText ? this.skim(chunk) : 0;
    if (at < chunk.length) this.read(this.options.splitter.push(at === 0 ? chunk : chunk.subarray(at)));
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

  /** Copies what is nothing but text, and reads the frames in between. @returns how much of the chunk is done with. */
  private skim(chunk: Buffer): number {
    const { splitter } = this.options;
    scratch.clear();
    let at = 0;
    for (let others = 0; at < chunk.length && others < MAX_OTHERS; others++) {
      const copied = this.copy(chunk, at);
      if (copied !== null) {
        if (copied.frames.length > 0) this.held.push(copied.frames);
        this.isBorrowed = true;
        at = copied.end;
        others = 0;
      }
      const end = chunk.indexOf(BLANK_LINE, at);
      if (end < 0) break;
      this.read(splitter.push(chunk.subarray(at, end + BLANK_LINE.length)));
      at = end + BLANK_LINE.length;
    }
    return at;
  }

  private copy(chunk: Buffer, at: number): CopiedPieces | null {
    const { splitter, decoder, restorer, encoder } = this.options;
    if (!this.committed || splitter.rest().length > 0 || !restorer.passesText()) return null;
    const frame = encoder.pieceFrame?.() ?? null;
    return frame === null ? null : (decoder.copyPieces?.(chunk, at, frame, scratch) ?? null);
  }

  private read(frames: SseFrame[]): void {
    for (const frame of frames) {
      const events = this.options.decoder.push(frame);
      if (!this.committed && frame.data !== null && !wasRead(events) && isBroken(frame.data))
        throw new Error("a frame is not JSON");
      this.take(events);
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
    this.options.listen?.(event);
  }

  private ready(): Buffer | null {
    const { held } = this;
    if (!this.committed || held.length === 0) return null;
    this.held = [];
    const isOwn = !this.isBorrowed;
    this.isBorrowed = false;
    return isOwn && held.length === 1 ? (held[0] ?? NOTHING) : Buffer.concat(held);
  }
}

/** What a frame says was read out of its JSON; an error may be made of anything. */
function wasRead(events: readonly IrEvent[]): boolean {
  for (const { type } of events) if (type !== "error") return true;
  return false;
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
