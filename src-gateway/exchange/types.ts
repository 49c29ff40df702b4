/**
 * The life of one request, from its bytes to its record.
 *
 * `exchange/` is given everything it touches: the caller's request and reply, the dispatcher that reaches providers, the
 * writer that keeps records. It opens no socket, no file and no database itself.
 */
import type { ConversationFacts } from "../affinity/conversation-key.ts";
import type { Affinity, Home } from "../affinity/types.ts";
import type { Principal } from "../auth/types.ts";
import type { Amounts, Budgets, Limits, Subject } from "../budgets/types.ts";
import type { Health } from "../health/types.ts";
import type { GatewayError } from "../ir/errors.ts";
import type { ExchangeRecord, PrefixReport } from "../ir/exchange-record.ts";
import type { ProviderWire, Surface, WireProtocol } from "../ir/protocol.ts";
import type { IrRequest } from "../ir/request.ts";
import type { Joins } from "../joins/types.ts";
import type { Clock } from "../lib/clock.ts";
import type { Leaving } from "../lib/leaving.ts";
import type { Logger } from "../lib/logger.ts";
import type { Soon } from "../lib/soon.ts";
import type { Admission } from "../limits/types.ts";
import type { RequestBody, RequestTarget } from "../protocols/types.ts";
import type { ProviderInstance, ProviderKey } from "../providers/types.ts";
import type { HeardBodies } from "../request-log/types.ts";
import type { ItemsText, ResponseMemory } from "../responses-state/types.ts";
import type { Plan, RequestFacts } from "../routing/types.ts";
import type { RunawayGuard } from "../runaway/types.ts";
import type { IdentityRule, RetrySettings, TimeoutSettings, WorkMode } from "../settings/types.ts";
import type { HeadFacts } from "./head-facts.ts";
import type { ReplayMemory } from "./replay-memory.ts";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The caller's side of an exchange. */
export interface Reply {
  /** The status that was sent; null before that. */
  readonly status: number | null;
  readonly bytesOut: number;
  /** Go out with the status, whatever it is. */
  readonly extraHeaders?: Record<string, string>;
  /** Asked for headers when the status goes out; left out where a reply has none of its own. */
  lateHeaders?: (() => Record<string, string>) | null;
  /** Sends status and headers; once. */
  start(status: number, headers: Record<string, string>): void;
  /** False when the caller reads slower than this is written: wait for `onDrain`. */
  write(bytes: Buffer): boolean;
  end(bytes?: Buffer): void;
  /** Breaks the connection, so that the caller cannot take what it has for the whole. */
  cut(): void;
  /** Called each time a caller that was slow has caught up. */
  onDrain: (() => void) | null;
  /** True once everything was handed to the operating system, false when the connection closed before that. */
  finished(): Promise<boolean>;
}

/** What arrived. */
export interface Inbound {
  id: number;
  requestId: string;
  /** Monotonic time of arrival. */
  arrivedUs: number;
  wire: WireProtocol;
  target: RequestTarget;
  project: string | null;
  /** As the client wrote them, the path without its query; left out where no HTTP request came. */
  method?: string;
  path?: string;
  /** Where the connection comes from; absent where there is none. */
  address?: string | null;
  headers: Headers;
  /** What was read out of the headers, also of others before; left out where nothing is kept. */
  head?: HeadFacts;
  /** The key that the caller showed, in whatever header form; null when there was none. */
  token: string | null;
  /**
   * What the caller's connection remembers of an answer that it goes on from: the items up to that answer, and the id of the
   * one before them that the connection does not know. Null when it does not know the answer itself.
   */
  transcript?(id: string): { items: ItemsText[]; before: string | null } | null;
  /** Reads the body; see `server/read-body.ts` for what it throws, and for `release`. */
  readBody(): Soon<{ bytes: Buffer; wireBytes: number; release(isOver?: boolean): void }>;
  /** Aborts when the caller leaves, whether before or during the answer. */
  signal: Leaving;
  reply: Reply;
  /** The exchange that is sent once more with this one. */
  replayOf?: number;
  /** What goes by, where the log keeps bodies. */
  heard?: HeardBodies;
}

/** A provider's answer as it comes in. */
export interface UpstreamSink {
  onHead(status: number, headers: Headers): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** Ends the answer; nothing follows. */
  onError(error: UpstreamFailure): void;
}

export interface UpstreamFailure {
  kind: "connect" | "first-byte-timeout" | "idle-timeout" | "cut" | "aborted";
  /** For the log; free of secrets. */
  detail: string;
  cause?: unknown;
}

export interface UpstreamCall {
  pause(): void;
  resume(): void;
  abort(): void;
}

export interface UpstreamRequest {
  url: string;
  headers: Record<string, string>;
  /** The parts of the body, in order. */
  body: Buffer[];
  timeouts: Pick<TimeoutSettings, "firstByteMs" | "idleMs">;
}

export type UnsignedRequest = Pick<UpstreamRequest, "url" | "headers" | "body">;

export type Dispatch = (request: UpstreamRequest, sink: UpstreamSink) => UpstreamCall;

export interface PlanQuestion {
  model: string;
  wire: WireProtocol;
  surface: Surface;
  request?: RequestFacts;
  /** Whether the caller may pick this provider; everybody may when left out. */
  mayChoose?(provider: string): boolean;
}

/** A prompt that a provider has taken, and answered. */
export interface AnsweredPrompt {
  inbound: Pick<Inbound, "wire" | "head" | "headers">;
  /** What the client sent. */
  body: RequestBody;
  model: string;
  owner: string;
  /** What the provider was sent; null when its prompt is the client's. */
  sent: { wire: ProviderWire; body: readonly Buffer[] } | null;
  home: Home;
}

/** Who keeps the budgets and rate limits, and what they need to know of a request. */
export interface Spender extends Pick<Budgets, "reserve" | "asks"> {
  /** A request that nothing was reserved for, because nothing was limited when it began, counts after its end. */
  count(subject: Subject, arrivedMs: number, used: Amounts, own?: Limits | null): Promise<void>;
  /** Nano-USD, whichever way the input is cached; null when nobody knows the price. */
  costAtMost(use: {
    provider: string;
    model: string;
    inputTokens: number;
    outputTokens: number;
    images: number;
    serviceTier: string | null;
    /** It may write to a cache that lives an hour, which costs more. */
    cachesLong: boolean;
  }): Promise<number | null>;
  /** What a closed record cost; null when nobody knows. */
  costOf(record: ExchangeRecord): number | null;
  /** The most that the model takes; null when its provider does not say. */
  contextTokens(provider: string, model: string): number | null;
}

/** Whoever watches exchanges: the log, the metrics, the traces. None of these may throw. */
export interface ExchangeObserver {
  /** @returns the id that the client gave its request; null when it gave none that can be used. */
  begin(inbound: Inbound): { clientRequestId: string | null };
  /** For calls that leave no record in the ledger. */
  unrecorded: ExchangeWorld["records"];
  /** Whether answers say who gave them, and what the gateway took of the time. */
  showsItself: boolean;
  /** What a provider is sent of the trace, with the number of the attempt from 1; null where it is sent nothing. */
  traceHeaders: ((id: number, attempt: number) => Record<string, string> | null) | null;
}

/** Everything an exchange needs besides the request itself. */
export interface ExchangeWorld {
  clock: Clock;
  /** Cheaper, and some milliseconds late when much is going on: for deadlines. */
  turnClock: Clock;
  log: Logger;
  timeouts: TimeoutSettings;
  onClientAbort: "abort" | "drain";
  /** Longest time that an answer is read on after its client has left. */
  maxDrainMs: number;
  /**
   * @param address where it comes from, for keys that are good at some addresses only.
   * @throws GatewayError missing_api_key, invalid_api_key, user_suspended, forbidden.
   */
  authenticate(token: string | null, address?: string | null): Principal;
  plan(request: PlanQuestion): Soon<Plan>;
  workMode: WorkMode;
  retry: RetrySettings;
  /** In [0, 1). */
  random: () => number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  wait(ms: number, signal: Leaving): Promise<void>;
  health: Health;
  admission: Admission;
  affinity: Affinity;
  /** Why nothing new can be taken, because it could not be written down; null while it can. */
  noRoom?(): GatewayError | null;
  /** What providers are told of who asks; nothing when left out. */
  identity?(): readonly IdentityRule[];
  /** Null while nothing is limited. */
  spending?(): Spender | null;
  /** Notices agents that run in circles. */
  runaways: RunawayGuard;
  /** Answers for requests that are sent again; null when each is to be asked. */
  joins: Joins | null;
  /** Whether this user is given answers that are on their way; everybody is when left out. */
  mayJoin?(userId: number | null): boolean;
  /**
   * Names the conversation that a request is a turn of; null where it cannot be told. A lasting name is the same in other
   * processes and after a restart, and takes longer to find.
   */
  conversationOf(request: ConversationFacts & { isLasting?: boolean }): string | null;
  /** How much of it the provider has seen before; null where that is not known. */
  reportPrompt(prompt: AnsweredPrompt): Promise<PrefixReport | null>;
  /** Estimates the input tokens of a request, leaning upward. */
  countTokens(request: IrRequest, signal: Leaving): Promise<number>;
  /** Providers that had no token counter, and until when (monotonic) they are not asked again. */
  withoutCounter: Map<string, number>;
  replay: ReplayMemory;
  /** What clients of Responses go on from. */
  responses: ResponseMemory;
  /** The request with the provider's credential. @throws GatewayError credential_missing. */
  authorize(
    target: { instance: ProviderInstance; wire: ProviderWire; key?: ProviderKey },
    request: UnsignedRequest,
  ): Soon<UnsignedRequest>;
  /** What the provider lists as the most that the model may answer; null when it lists nothing. */
  maxOutputTokens(provider: string, model: string): number | null;
  dispatch: Dispatch;
  records: {
    open(record: ExchangeRecord): void;
    /** @returns the record as it is written, where it first has to be counted what was used; never rejects. */
    close(record: ExchangeRecord, heard?: HeardBodies): Promise<ExchangeRecord> | void;
  };
  observer?: ExchangeObserver;
  /** A provider's error without the gateway's own secrets, which some providers repeat. */
  hideSecrets?(bytes: Buffer): Buffer;
  /** Hears what goes by, where the log keeps bodies; absent where it keeps none. */
  listen?<Kind extends Inbound>(inbound: Kind): Kind;
}
