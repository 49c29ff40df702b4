/** The words of the scripted provider: what it received, what it shall answer, and what shall go wrong on the way. */
import type { IncomingHttpHeaders } from "node:http";
import type { Surface, WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import type { Usage } from "../../../src-gateway/ir/usage.ts";

export interface ReceivedRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Null when the body is empty or not JSON. */
  json: unknown;
  /** What the complete answer reports; null where it reports nothing. */
  usageReported: Usage | null;
  /** Resolves when the caller closed the connection before the answer was complete. */
  aborted: Promise<void>;
  readonly isAborted: boolean;
}

/** Holds an answer until the test lets it go. One gate may hold many answers. */
export interface Gate {
  open(): void;
  opened: Promise<void>;
  /** Resolves when the first answer stands at the gate. */
  reached: Promise<void>;
  /** Said by the provider when an answer stands at the gate. */
  arrive(): void;
}

export interface ToolCall {
  name: string;
  arguments: unknown;
}

/** What the provider thought first, and the opaque state that it wants back with it. */
export interface Thinking {
  text: string;
  /** Anthropic's signature, OpenAI's encrypted content, Google's thought signature; Chat has no place for it. */
  state: string;
}

/** How one request is answered. Every field is optional; `{}` is the default behaviour. */
export interface ScriptStep {
  /** Instead of the text that the provider would have said. */
  text?: string;
  /** Calls instead of text; several are parallel calls. */
  calls?: ToolCall[];
  /** Comes before the text or the calls, as the wire spells thoughts. */
  thinking?: Thinking;
  finish?: "stop" | "length";
  /** Buckets that are not named are 0. */
  usage?: Partial<Usage>;
  usageOmitted?: boolean;
  /** The answer ends without saying why, and a stream without its terminal frame. */
  finishOmitted?: boolean;

  /** From 400 on, an error in the wire's own words. */
  status?: number;
  headers?: Record<string, string>;
  contentType?: string;
  /** JSON instead of the provider's own body. */
  body?: unknown;
  /** Bytes instead of the provider's own body. */
  rawBody?: Buffer;
  /** Bytes instead of the provider's own stream, one entry for each frame. */
  frames?: Buffer[];
  encoding?: "gzip" | "br" | "zstd";

  /** An error inside the 200: instead of anything, after the frames that open the answer, or after so many frames. */
  errorAt?: "first" | "opening" | number;
  /** Where the connection is torn down. A number counts frames; a whole answer is cut in its middle. */
  cutAt?: "before-headers" | "after-headers" | "in-frame" | "in-character" | number;
  /** The response ends in good order after so many frames. */
  endEarlyAt?: number;
  gateAt?: "before-headers" | "after-headers" | number;
  gate?: Gate;
  /** Pause between two frames. */
  intervalMs?: number;
  chunking?: "frame" | "byte" | "whole";
  /** Sent after the terminal frame. */
  afterDone?: string;
}

export interface ScriptedProvider {
  /** As a user would configure it: OpenAI's ends in /v1, Gemini's in /v1beta, Anthropic's is the bare origin. */
  baseUrl(wire: WireProtocol): string;
  readonly key: string;
  requests: ReceivedRequest[];
  /** Resolves with the first request, past or future, that the predicate accepts. */
  waitForRequest(predicate?: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest>;
  /** One step for each coming POST with a good key, in order; model lists take none. */
  script(...steps: ScriptStep[]): void;
  gate(): Gate;
  /** Idle connections that a client keeps for later count too. */
  openSockets(): number;
  /** Forgets requests and scripts, and opens every gate. */
  reset(): void;
  stop(): Promise<void>;
}

/** What a request asks for, on whatever wire. */
export interface Ask {
  surface: Surface;
  model: string;
  stream: boolean;
  framing: "sse" | "json-array";
  wantsUsage: boolean;
  /** Encrypted thoughts were asked for; only Responses makes a difference. */
  wantsState?: boolean;
  /** The tools that may be called, the chosen one first. */
  tools: { name: string; schema: unknown }[];
  /** Since the model last spoke. */
  toolResults: string[];
  /** The schema of a structured answer, `true` when any JSON object will do. */
  schema: unknown;
  /** Media types of all images; "url" for one that only a URL tells of. */
  images: string[];
  /** The last text of the user. */
  prompt: string;
}

/** What the provider says, before any wire's words. */
export interface Answer {
  /** Unique; each wire puts its own prefix before it. */
  id: string;
  model: string;
  createdAt: number;
  thinking: Thinking | null;
  text: string;
  calls: (ToolCall & { id: string })[];
  finish: "stop" | "length" | null;
  usage: Usage | null;
}

export interface Frame {
  bytes: Buffer;
  /** Handshake that comes before any piece of the answer. */
  isOpening: boolean;
}

/** The form that each wire fills in. */
export interface PlayedWire {
  readAsk(json: unknown, target: { surface: Surface; path: string; query: URLSearchParams }): Ask;
  encodeWhole(ask: Ask, answer: Answer): unknown;
  encodeStream(ask: Ask, answer: Answer): Frame[];
  encodeError(status: number, message: string): unknown;
  /** An error as the frame of a stream; `started`: frames went before it. */
  encodeStreamError(ask: Ask, started: boolean): Buffer;
}
