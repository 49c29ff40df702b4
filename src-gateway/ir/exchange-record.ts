/**
 * The one record that every exchange leaves, whatever happened to it.
 *
 * An exchange is one call of a client, from its first byte to the end of the answer. Times are integers in
 * microseconds, counted from the arrival of the request; `null` means that the moment never came.
 */
import type { JsonObject } from "./json.ts";
import type { Loss } from "./losses.ts";
import type { ProviderWire, RecordedSurface } from "./protocol.ts";
import type { ExtraCounts, Usage, UsageSource } from "./usage.ts";

export const OUTCOMES = [
  /** Still running (or the process was killed and nobody has looked since). */
  "open",
  /** The client got the whole answer. */
  "completed",
  /** Turned away by the gateway before any provider was asked: bad key, bad body, unknown model. */
  "refused",
  /** No provider gave an answer; the client got an error, or the gateway was stopped first (`shutting_down`). */
  "failed",
  /** The answer had begun when the provider failed, or when the gateway was stopped (`shutting_down`). */
  "failed_midstream",
  /** The client left first. */
  "client_aborted",
  /** The gateway's process ended while the exchange was open; written by the next start. */
  "interrupted",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One try at one provider. */
export interface AttemptRecord {
  provider: string;
  model: string;
  /** HTTP status of the provider; null when none came. */
  status: number | null;
  /** A code of `ir/errors.ts`; null for the attempt that succeeded. */
  errorCode: string | null;
  /** Why this target was tried, in words of the plan. */
  reason: string;
  startedUs: number;
  firstByteUs: number | null;
  endedUs: number | null;
  /**
   * What it reported to have used before it failed or its answer was thrown away; providers bill that. Absent where it
   * reported nothing, and on the attempt that the usage of the exchange itself is about.
   */
  used?: AttemptUse;
}

export interface AttemptUse {
  usage: Usage;
  modelServed: string | null;
  serviceTier: string | null;
  counts: ExtraCounts | null;
  /** Null where no price is known. */
  cost: RecordedCost | null;
}

/** Which rule decided and whom it named, as it was before anybody was asked. */
export interface PlanRecord {
  /** The rule, in words. */
  matched: string;
  /** In the order in which they should be asked. */
  targets: { provider: string; model: string; wire: ProviderWire; reason: string }[];
  /** Those that were looked at and are not to be asked. */
  leftOut: { provider: string; model: string; why: string }[];
  /** So many more were left out than are listed. */
  leftOutMore: number;
  /** The arm of an A/B test that the request was given. */
  variant: string | null;
}

/** How much of a prompt is the same as in the turn before, as the provider got it. */
export interface PrefixReport {
  /** Bytes of the pieces up to the first that differs. */
  sharedBytes: number;
  /** Bytes of all pieces: tools, system prompt, messages. */
  totalBytes: number;
  /** Null when the turn before was only added to. */
  firstDifference: {
    /**
     * Where it differs, for example `system[0]`, `tools[3]`, `messages[12]`, as the provider's wire calls it; `provider`,
     * `key` or `model` when the turn before went elsewhere.
     */
    path: string;
    /** The client sent something else, or the same client's words left the gateway in another form. */
    by: "client" | "gateway";
  } | null;
}

/** What an exchange cost, or one attempt. */
export interface RecordedCost {
  /** Nano-USD. That of an exchange includes what its failed attempts cost. */
  nano: number;
  /** Of the prices that were applied to its own usage; the same prices have the same id. */
  priceId: number;
  /** The prices themselves, as `prices/` describes them; null in a record that was read back. */
  price: JsonObject | null;
}

export interface ExchangeRecord {
  /** Microseconds since 1970 at arrival, made unique within the process: key and time in one. */
  id: number;
  userId: number | null;
  apiKeyId: number | null;
  /** The coding agent or SDK, recognised from its headers, for example `claude-code/2.1.329`. */
  agent: string | null;
  session: string | null;
  project: string | null;
  surface: RecordedSurface;
  stream: boolean;
  modelAsked: string | null;
  /** The model name that was sent to the provider. */
  modelRouted: string | null;
  /** The model name that the provider reported. */
  modelServed: string | null;
  /** Id of the provider instance that gave the answer, or was asked last. */
  provider: string | null;
  /** Null when the request was refused before it was known whom to ask. */
  plan: PlanRecord | null;
  attempts: AttemptRecord[];
  outcome: Outcome;
  /** HTTP status that the client got; null while none was sent. */
  status: number | null;
  errorCode: string | null;
  /** One sentence about the failure, free of secrets and of prompt text. */
  errorMessage: string | null;
  /** The provider's own word, for example `end_turn`. */
  finishReason: string | null;
  queueUs: number | null;
  firstByteUs: number | null;
  firstTokenUs: number | null;
  totalUs: number | null;
  usage: Usage;
  usageSource: UsageSource;
  losses: Loss[];
  bytesIn: number;
  bytesOut: number;
  /** The exchange whose answer this one was given, because it asked for the same again; null when it was asked itself. */
  joinedTo: number | null;
  /** The exchange whose request was sent once more with this one; null when a client asked. */
  replayOf: number | null;
  /** Null where no turn before this one is known. */
  prefix: PrefixReport | null;
  gitBranch: string | null;
  /** What was noticed about an agent that runs in circles, for example `warn repeated-calls 3`. */
  runaway: string | null;
  /** As the provider named it in its answer, for example `flex`; null where it said nothing. */
  serviceTier: string | null;
  /** What was used beside tokens; null when that is nothing. */
  counts: ExtraCounts | null;
  /** Null where nothing was used, or where no price is known. */
  cost: RecordedCost | null;
  /** Tokens as the gateway counts them itself, beside those of `usage`; null where it does not. */
  own: { input: number; output: number } | null;
}

/** A record that stays as this one is now. What is only ever replaced as a whole is shared. */
export const copyOf = (record: ExchangeRecord): ExchangeRecord => ({
  ...record,
  usage: { ...record.usage },
  attempts: record.attempts.map((attempt) => ({ ...attempt })),
});

/** The id as clients see it in `X-Request-ID`, and as `gateway logs` takes it. */
export const requestIdOf = (id: number): string => `req_${idText(id)}`;

const LOW = 36 ** 5;

/** An id as short as it can be written in letters and digits. */
export const idText = (id: number): string => (id < LOW ? id.toString(36) : largeId(id));

/** Two small numbers are written several times as fast as a large one. */
function largeId(id: number): string {
  const high = Math.floor(id / LOW);
  return high.toString(36) + (id - high * LOW).toString(36).padStart(5, "0");
}

/** The number behind a request id; null when the text is none. */
export function parseRequestId(text: string): number | null {
  const match = /^req_([0-9a-z]{1,11})$/.exec(text);
  if (!match?.[1]) return null;
  const id = Number.parseInt(match[1], 36);
  return Number.isSafeInteger(id) ? id : null;
}
