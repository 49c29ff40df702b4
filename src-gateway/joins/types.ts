/** One answer for a request that is sent twice. */
/** What tells a request that is sent again from one that only looks like another. */
export interface RetrySignal {
  /** The client says that it has asked this before. */
  isRetry: boolean;
  /** The client's own name for what it asks; null when it gives none. */
  idempotencyKey: string | null;
}

export interface JoinRequest extends RetrySignal {
  /** From `joinKey`: the same for the same bytes of the same client to the same place. */
  key: string;
}

/** The side of a client that follows. */
export interface FollowerReply {
  start(status: number, headers: Record<string, string>): void;
  /** False when the client reads slower than this is written: `onDrain` is called when it has caught up. */
  write(bytes: Buffer): boolean;
  end(): void;
  /** The client must not take what it has for the whole. */
  cut(): void;
  onDrain: (() => void) | null;
}

export interface Following {
  /** Settles once: the client has the whole answer, the answer broke off, or `stop` was called. */
  done: Promise<"ended" | "cut" | "stopped">;
  /** The client has left. */
  stop(): void;
}

/** An answer that is on its way, or was given a moment ago. */
export interface JoinableAnswer {
  /** The exchange that asked for it. */
  exchangeId: number;
  isFinished: boolean;
  /**
   * Gives the client all that the first one got, and what is still to come. A client that reads slowly slows nobody; one
   * that falls behind by more than is kept is cut off. Null when the answer has been forgotten since it was found.
   */
  follow(reply: FollowerReply): Following | null;
}

/** Told by the exchange what its own client is sent. Calls after `end`, `cut` or `close` are without effect. */
export interface JoinRecorder {
  readonly hasFollowers: boolean;
  /** How long the answer is worth waiting for when its client has left; 0 while it cannot be joined. */
  readonly graceMs: number;
  /** Called each time `hasFollowers` or `graceMs` may have changed. */
  onFollowers: (() => void) | null;
  /** From now on the same request can be joined. */
  offer(): void;
  /** It never can. */
  drop(): void;
  head(status: number, headers: Record<string, string>): void;
  write(bytes: Buffer): void;
  end(bytes?: Buffer): void;
  /** The answer broke off; followers must not take what they have for the whole. */
  cut(): void;
  /** The client of this exchange has left before it had all: the same request needs no other sign to be a retry, once. */
  left(): void;
  /** The exchange is over. `keep`: the answer is worth giving again; an answer that was not ended is cut. */
  close(keep: boolean): void;
}

export interface Joins {
  /** The answer that this request asks for again; null when it has to be asked. */
  find(request: JoinRequest): JoinableAnswer | null;
  /** Keeps the answer to come; nobody joins it before `offer`. */
  open(request: JoinRequest, exchangeId: number): JoinRecorder;
  /** Nobody comes back any more: no answer is waited for whose client has left. */
  stop(): void;
  status(): { answers: number; bytes: number; followers: number };
}

export interface JoinLimits {
  /** How long after its start an answer on its way can be joined. */
  runningMs: number;
  /** How long a finished answer is kept. */
  finishedMs: number;
  /** How long an answer whose client left may be waited for. */
  graceMs: number;
  /** A longer answer cannot be joined. */
  answerBytes: number;
  /** Of all answers. */
  totalBytes: number;
}
