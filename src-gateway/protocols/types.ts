/**
 * The form that every wire fills in.
 *
 * `protocols/<wire>/` is pure: JSON, bytes and frames in, values out; no I/O, no clock, nothing async. Where client and
 * provider speak the same wire the gateway relays, and asks of a wire what stands here: to read what routing and metering
 * need, to splice what must change, and to say errors and keep-alives in its own words. Where they do not it translates,
 * through the `Codec` of each.
 */
import type { GatewayError } from "../ir/errors.ts";
import type { Surface, WireProtocol } from "../ir/protocol.ts";
import type { IrRequest } from "../ir/request.ts";
import type { ExtraCounts, Usage } from "../ir/usage.ts";
import type { ScannedObject } from "../lib/json-scan.ts";
import type { Codec } from "./codec.ts";
import type { SseFrame } from "./sse/splitter.ts";

/** A request body: the client's own bytes, and where its top-level members stand in them. */
export interface RequestBody {
  bytes: Buffer;
  root: ScannedObject;
}

/** What routing needs to know of a request. */
export interface RequestHead {
  model: string;
  stream: boolean;
  /** The client asked for usage in its stream, so the chunk that carries it must not be hidden. True where the wire always sends it. */
  wantsUsage: boolean;
}

/** Replace the bytes [start, end) by `text`. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** What is known of an answer so far. Filled in as frames go by; the values of the last frame win. */
export interface AnswerFacts {
  modelServed: string | null;
  /** Null until the provider reported any. A reported zero is a zero. */
  usage: Usage | null;
  /** The provider's own word. */
  finishReason: string | null;
  /** An error that the provider sent inside a 200. */
  error: GatewayError | null;
  /** What the provider says the request was served as; left out where it says nothing. */
  serviceTier?: string | null;
  /** What it used beside tokens. */
  counts?: ExtraCounts | null;
}

/** What one frame of a stream means for the exchange. */
export type FrameKind =
  /** Handshake without content: a role, `message_start`, `response.created`, a ping. */
  | "opening"
  /** The first or a further piece of the answer: commits the attempt. */
  | "content"
  /** The chat chunk with empty `choices` that exists only because usage was asked for. */
  | "usage-only"
  /** The wire's terminal frame. */
  | "end"
  /** The provider failed inside the stream; `facts.error` says how. */
  | "error";

export interface StreamReader {
  readonly facts: AnswerFacts;
  push(frame: SseFrame): FrameKind;
  /** The connection ended: true when the stream had said that it was complete. */
  end(): boolean;
}

/** An error as the client of a wire expects it. */
export interface EncodedError {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Wire extends Codec {
  readonly id: WireProtocol;

  /**
   * Reads model and stream flag, and checks the types of the top-level fields it knows.
   * @throws GatewayError invalid_request with `param`.
   */
  readRequest(body: RequestBody, target: RequestTarget): RequestHead;

  /** The edits that send this request as `model`; `askForUsage` makes a stream report usage where the wire wants to be asked. */
  rewriteRequest(body: RequestBody, target: RequestTarget, edits: { model: string; askForUsage: boolean }): Splice[];

  /** Path and query under the provider's base URL. */
  providerPath(target: RequestTarget, model: string): string;

  /** Usage, served model and finish reason of a whole answer; errors hidden in a 200 too. Never throws. */
  readAnswer(bytes: Buffer, surface: Surface): AnswerFacts;

  createStreamReader(surface: Surface): StreamReader;

  /** Legal for the client at this moment of the stream, between two frames. `started`: a frame of the answer has been sent. */
  keepAlive(state: { started: boolean; model: string; framing: "sse" | "json-array" }): Buffer;

  encodeError(error: GatewayError, context: { requestId: string }): EncodedError;

  /** The error as the last frame of a stream that has begun. */
  encodeStreamError(
    error: GatewayError,
    context: { requestId: string; framing: "sse" | "json-array"; started: boolean },
  ): Buffer;

  /** A provider's error answer; never throws, whatever the bytes. The text is the provider's, cut to a sane length. */
  decodeError: (status: number, headers: Record<string, string | string[] | undefined>, body: Buffer) => GatewayError;
}

/** Where the client sent the request: surface, and what the path and query said. */
export interface RequestTarget {
  surface: Surface;
  /** Gemini names the model in the path. */
  pathModel: string | null;
  /** Gemini: the method after the colon, for example `streamGenerateContent`; null on other wires. */
  pathMethod: string | null;
  /** The client's query without a credential, for example `alt=sse`; empty when there is none. */
  query: string;
}

export interface EncodeContext {
  surface: Surface;
  /** Unique per exchange; wires derive their own ids from it. */
  exchangeId: number;
  /** Seconds since 1970. */
  createdAt: number;
  /** The model name to report. */
  model: string;
  wantsUsage: boolean;
  framing: "sse" | "json-array";
  /** The client's request; some wires repeat parts of it in the answer. */
  request?: IrRequest;
}
