import type { Headers } from "../../exchange/types.ts";

/** What a listener may do with the answer that it is told of; nothing once that is over. */
export interface AnswerControls {
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** The listener is told of the reason as of every other failure, and the connection is closed. */
  abort(reason: Error): void;
}

/** The part of undici's handler that is needed here, so that one listener serves both. */
export interface AnswerListener {
  /** Called when the request is about to be written, which may be some time after it was handed in. */
  onRequestStart(controls: AnswerControls): void;
  onResponseStart(controls: AnswerControls, status: number, headers: Headers): void;
  onResponseData(controls: AnswerControls, chunk: Buffer): void;
  onResponseEnd(): void;
  onResponseError(controls: AnswerControls | undefined, error: Error): void;
}

export interface PlainRequest {
  /** Its parts as `addressOf` gives them. */
  url: URL;
  origin: string;
  /** With the query. */
  path: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  /** The parts, in order. */
  body: readonly Buffer[];
}
