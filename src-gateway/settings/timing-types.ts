/** How long things may take, and what happens when they do not work out; part of the settings. */
export interface TimeoutSettings {
  connectMs: number;
  /** From sending a request to the provider's first response byte. */
  firstByteMs: number;
  /** Between two bytes of a provider's answer. */
  idleMs: number;
  /** Silence towards a streaming client after which a keep-alive of its protocol is sent. */
  keepAliveMs: number;
  /** How long a client may take to send headers and body. */
  clientHeadersMs: number;
  clientBodyMs: number;
  /** How long a client may leave a full socket unread before it is given up. */
  clientStallMs: number;
  /** How long a gateway that is told to stop takes new requests, and says that it is leaving. */
  stopDelayMs: number;
  /** How long a stop waits for open streams. */
  drainMs: number;
}

export interface RetrySettings {
  /** Attempts at providers for one request, the first one included. */
  maxAttempts: number;
  /** Time for a whole request, from its first attempt to the end of its answer. */
  totalMs: number;
  /** The longest that a request waits while every provider has to be left alone. */
  maxWaitMs: number;
  /** The pause before a second try is drawn between 0 and this; it doubles with each try. */
  baseMs: number;
  /** The longest pause that is drawn from. */
  maxMs: number;
}

/** When providers are left alone, and for how long. */
export interface HealthSettings {
  /** In a row; 0 never opens a circuit. */
  failures: number;
  openMs: number;
  maxOpenMs: number;
  /** For a key that was refused, or whose quota is used up. */
  keyRestMs: number;
  /** 0 asks nobody. */
  probeIntervalMs: number;
}

/** What becomes of requests that are sent again. */
export interface RetryJoinSettings {
  isOn: boolean;
  /** How long after its start an answer on its way can be joined. */
  runningMs: number;
  /** How long a finished answer is kept. */
  finishedMs: number;
  /** How long a provider goes on when its client left, in case it asks again. */
  graceMs: number;
  /** Of all answers that are kept. */
  totalBytes: number;
}

/** Where several gateways count together. */
export interface RedisSettings {
  /** With its password, where it has one. */
  url: string;
  /** How long a request waits while Redis says nothing at all. */
  waitMs: number;
}

/** Where the second book is kept. */
export interface ClickHouseSettings {
  /** With user, password and database, where it has them. */
  url: string;
  /** `table` or `database.table`. */
  table: string;
}
