/**
 * Who can be asked right now: what is known of each provider, key and model from the attempts that were made.
 * All times are monotonic milliseconds.
 */

/** What an attempt goes to. Each of the three has a state of its own, and their combination too. */
export interface HealthTarget {
  provider: string;
  /** Id of the provider's key; `default` where it has one or none. */
  key: string;
  model: string;
}

/** What planning may ask. */
export interface HealthView {
  /** From when on the target may be asked: the latest of all deadlines that concern it; 0 when now. */
  availableAtMs(target: HealthTarget): number;
  /** Why it may not be asked now, in words for the log; null when it may. */
  reason(target: HealthTarget): string | null;
  /** Median time to the first token of late; null while too little is known. */
  firstTokenP50Ms(provider: string, model: string): number | null;
}

/** How an attempt ended, as far as it says something about the target. */
export type AttemptOutcome =
  | { kind: "answered"; firstTokenMs: number | null; totalMs: number; outputTokens: number | null }
  /** Broke off after content had come. */
  | { kind: "broken"; errorCode: string }
  | { kind: "failed"; errorCode: string; status: number | null; retryAfterMs: number | null }
  /** The request was at fault, or the client left: says nothing about the target. */
  | { kind: "unrelated" };

export interface AttemptTicket {
  /** Once; later calls are without effect. */
  end(outcome: AttemptOutcome): void;
}

export type HealthEvent =
  | { kind: "down"; provider: string; model: string | null; key: string | null; why: string }
  | { kind: "recovered"; provider: string; model: string | null; key: string | null }
  | { kind: "degraded"; provider: string; model: string; why: string };

export type CircuitState = "closed" | "open" | "half-open";

/** One line of `gateway health` and of the admin API. */
export interface HealthStatus extends HealthTarget {
  circuit: CircuitState;
  availableAtMs: number;
  why: string | null;
  attempts: number;
  failures: number;
  firstTokenP50Ms: number | null;
  tokensPerSecondP50: number | null;
}

export interface Health extends HealthView {
  /** Null when another attempt got ahead: a half-open circuit lets only one through. */
  begin(target: HealthTarget): AttemptTicket | null;
  status(): HealthStatus[];
  /** Forgets circuits and cool-downs. */
  reset(filter: Partial<HealthTarget>): void;
  onEvent(listener: (event: HealthEvent) => void): () => void;
}
