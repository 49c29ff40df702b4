import type { AnswerFacts } from "./types.ts";

export const noFacts = (): AnswerFacts => ({ modelServed: null, usage: null, finishReason: null, error: null });

/** A chunk of a stream with an event name, or without. */
export const sseFrame = (json: unknown, event?: string): Buffer =>
  Buffer.from(`${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(json)}\n\n`);

export const BLANK_LINE = Buffer.from("\n");
export const NO_BYTES = Buffer.alloc(0);
