/** What happened? Reads over the exchanges that the gateway recorded. */
import type { ExchangeRecord, Outcome } from "../ir/exchange-record.ts";
import type { Surface } from "../ir/protocol.ts";

export interface ExchangeFilter {
  /** Only rows after this id (older ids are smaller), oldest first: for following the log. */
  afterId?: number;
  /** Only rows before this id, newest first: for paging back. */
  beforeId?: number;
  fromUs?: number;
  toUs?: number;
  userId?: number;
  apiKeyId?: number;
  provider?: string;
  /** Asked, routed or served. */
  model?: string;
  surface?: Surface;
  outcome?: Outcome;
  /** Everything that is neither completed nor open. */
  failedOnly?: boolean;
  /** All these words stand in the prompt or the answer; `*` behind one stands for any ending. */
  q?: string;
  /** 1 to 1000, 100 when left out. */
  limit?: number;
}

export interface RequestLog {
  list(filter: ExchangeFilter): Promise<ExchangeRecord[]>;
  get(id: number): Promise<ExchangeRecord | null>;
}

/** What is kept of an exchange besides its bodies. */
export interface BodyHead {
  method: string;
  /** With its query, without a credential. */
  path: string;
  /** Only those of the request that hold no credential. */
  headers: Record<string, string>;
  surface: Surface;
  /** Of the answer; null when it had none. */
  answerType: string | null;
  /** Longer than `log_bodies_max_bytes`: only the beginning was kept. */
  requestIsCut: boolean;
  answerIsCut: boolean;
  /** The answer held a secret in pieces, so it is kept as what it says, not as it was sent. */
  answerIsText: boolean;
  /** The exchange that this one repeats; null when a client asked. */
  replayOf: number | null;
}

/** What went by in an exchange while it ran. */
export interface HeardBodies {
  head: BodyHead;
  /** Null where the body was none that can be read. */
  request: Buffer | null;
  requestBytes: number;
  answer: Buffer[];
  answerBytes: number;
}

/** An exchange whose bodies should be kept. */
export interface NewBody {
  id: number;
  userId: number | null;
  apiKeyId: number | null;
  modelAsked: string | null;
  head: BodyHead;
  /** Null where there is none, or none that is text. */
  request: Uint8Array | null;
  answer: Uint8Array | null;
  /** As they went over the wire. */
  requestBytes: number;
  answerBytes: number;
}

export interface StoredBody {
  id: number;
  userId: number | null;
  apiKeyId: number | null;
  head: BodyHead;
  requestBytes: number;
  answerBytes: number;
  request: Uint8Array | null;
  answer: Uint8Array | null;
}

export interface Retention {
  /** Bodies of before this moment go; null keeps them whatever their age. */
  beforeUs: number | null;
  /** Of all bodies as they are stored; null is no limit. */
  maxBytes: number | null;
}

export interface Pruned {
  bodies: number;
  bytes: number;
}

/** Where bodies are kept: compressed, without secrets, found by their words. */
export interface BodyArchive {
  put(bodies: readonly NewBody[]): Promise<void>;
  get(id: number): Promise<StoredBody | null>;
  /** Ids of exchanges in whose prompt or answer all these words stand. */
  search(question: { words: string; beforeId?: number; afterId?: number; limit: number }): Promise<number[]>;
  /** Removes what is too old or too much, a few at a time. */
  prune(retention: Retention): Promise<Pruned>;
  /** Removes all that a user asked and was answered. @returns how many. */
  forget(userId: number): Promise<number>;
  close(): Promise<void>;
}

/** A kept request that should be sent once more. */
export interface ReplayQuestion {
  record: ExchangeRecord;
  stored: StoredBody;
  /** Who sends it, and is accounted for it. */
  userId: number;
  /** Null goes where the routes say. */
  provider: string | null;
  /** Null asks for the same. */
  model: string | null;
}

/** How much of an exchange the log keeps. */
export const LOG_LEVELS = ["off", "metadata", "full"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
