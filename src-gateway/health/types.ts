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
  /** The same as the first two, with what kind of obstacle it is; null when it may be asked now. */
  obstacle(target: HealthTarget): Obstacle | null;
}

/**
 * Why a target rests: its circuit is open; the one attempt that a half-open circuit lets through is under way; the
 * provider asked for a pause; the key's quota is used up; the key was refused.
 */
export type RestCause = "circuit" | "probing" | "throttled" | "quota" | "auth";

export interface Obstacle {
  untilMs: number;
  cause: RestCause;
  /** In words, for the log. */
  why: string;
}

/** How an attempt ended, as far as it says something about the target. */
export type AttemptOutcome =
  | {
      kind: "answered";
      /** Null where the answer came in one piece. */
      firstTokenMs: number | null;
      totalMs: number;
      outputTokens: number | null;
      /** The model refused to answer. */
      refused?: boolean;
    }
  /** Broke off after content had come. */
  | { kind: "broken"; errorCode: string }
  | { kind: "failed"; errorCode: string; status: number | null; retryAfterMs: number | null }
  /** The request was at fault, or the client left: says nothing about the target. */
  | { kind: "unrelated" };

export interface AttemptTicket {
  /** Content has come: a half-open circuit need not wait for the end of a long answer. */
  answering(): void;
  /** Once; later calls are without effect. */
  end(outcome: AttemptOutcome): void;
}

export type HealthEvent =
  | { kind: "down"; provider: string; model: string | null; key: string | null; why: string }
  | { kind: "recovered"; provider: string; model: string | null; key: string | null; from: "down" | "degraded" }
  | { kind: "degraded"; provider: string; model: string; why: string };

/** With the time of day it happened at. */
export type SeenHealthEvent = HealthEvent & { atUs: number };

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
  /** What became worse than it used to be, in words; null when nothing did. */
  degraded: string | null;
}

/** A circuit that is not closed. */
export interface CircuitStatus {
  provider: string;
  /** Null for the circuit of the whole provider. */
  model: string | null;
  circuit: CircuitState;
  availableAtMs: number;
  why: string;
}

export interface Health extends HealthView {
  /**
   * Null when the target may not be asked now, or another attempt got ahead: a half-open circuit lets one through at a
   * time, and the next one when that has said nothing for a minute.
   */
  begin(target: HealthTarget): AttemptTicket | null;
  status(): HealthStatus[];
  circuits(): CircuitStatus[];
  /** What somebody other than an attempt found out about a provider: whether it can be reached. */
  learn(provider: string, isReachable: boolean): void;
  /** Forgets every circuit and cool-down that keeps a matching target from being asked. */
  reset(filter: Partial<HealthTarget>): void;
  onEvent(listener: (event: HealthEvent) => void): () => void;
}
