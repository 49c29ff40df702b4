/**
 * A circuit breaker: closed while things go well, open for a while after failures, then half-open, where one attempt finds
 * out whether it works again. Each opening without a good time in between lasts twice as long as the one before.
 */
import { Samples } from "./samples.ts";
import { whyTrip } from "./trip.ts";
import type { CircuitState } from "./types.ts";

export interface CircuitRules {
  /** So many failures in a row open it; 0 never opens it. */
  failures: number;
  openMs: number;
  maxOpenMs: number;
}

/** What an attempt said about that which the circuit stands for. */
export type Verdict = "worked" | "failed" | "unclear";

/** The right to one attempt. */
export interface Passage {
  readonly generation: number;
  readonly isProbe: boolean;
}

/** An attempt that finds out is given up after this, so that one that hangs does not keep all others waiting. */
const PROBE_LEASE_MS = 60_000;
/** Nobody knows when the attempt that finds out will end: waiters look again after this. */
const LOOK_AGAIN_MS = 1_000;
const REMEMBERED = 64;
const REMEMBERED_MS = 3_600_000;

export class Circuit {
  private readonly rules: CircuitRules;
  private readonly random: () => number;
  /** Whether what was tried worked. */
  private readonly tried = new Samples<boolean>(REMEMBERED, REMEMBERED_MS);
  /** Outcomes of attempts that began in another generation say nothing about this one. */
  private generation = 0;
  /** The same for all that go through while it is closed. */
  private free: Passage = { generation: 0, isProbe: false };
  /** Null while closed. */
  private openUntilMs: number | null = null;
  private probeUntilMs: number | null = null;
  private openings = 0;
  private closedAtMs = Number.NEGATIVE_INFINITY;
  /** Why it opened last, in words. */
  why = "";

  constructor(rules: CircuitRules, random: () => number) {
    this.rules = rules;
    this.random = random;
  }

  state(nowMs: number): CircuitState {
    if (this.openUntilMs === null) return "closed";
    return nowMs < this.openUntilMs ? "open" : "half-open";
  }

  isProbing(nowMs: number): boolean {
    return this.state(nowMs) === "half-open" && this.probeUntilMs !== null && nowMs < this.probeUntilMs;
  }

  /** 0 when an attempt may go through now. */
  availableAtMs(nowMs: number): number {
    if (this.openUntilMs === null) return 0;
    if (nowMs < this.openUntilMs) return this.openUntilMs;
    if (this.probeUntilMs === null || nowMs >= this.probeUntilMs) return 0;
    return Math.min(nowMs + LOOK_AGAIN_MS, this.probeUntilMs);
  }

  /** Only to be called when it is available. */
  enter(nowMs: number): Passage {
    if (this.openUntilMs !== null) {
      this.generation++;
      this.probeUntilMs = nowMs + PROBE_LEASE_MS;
      return { generation: this.generation, isProbe: true };
    }
    if (this.free.generation !== this.generation) this.free = { generation: this.generation, isProbe: false };
    return this.free;
  }

  /** @returns what changed, if something did. */
  settle(passage: Passage, verdict: Verdict, nowMs: number, what: string): "opened" | "closed" | null {
    if (passage.generation !== this.generation) return null;
    if (passage.isProbe) this.probeUntilMs = null;
    return verdict === "unclear" ? null : this.take(verdict, nowMs, what);
  }

  /** What was found out without an attempt. While it is open, bad news are no news. */
  observe(verdict: "worked" | "failed", nowMs: number, what: string): "opened" | "closed" | null {
    return verdict === "failed" && this.state(nowMs) === "open" ? null : this.take(verdict, nowMs, what);
  }

  /** @returns whether it was not closed. */
  reset(): boolean {
    const wasOpen = this.openUntilMs !== null;
    this.generation++;
    this.openUntilMs = null;
    this.probeUntilMs = null;
    this.openings = 0;
    this.tried.clear();
    return wasOpen;
  }

  private take(verdict: "worked" | "failed", nowMs: number, what: string): "opened" | "closed" | null {
    if (this.openUntilMs === null) return this.takeClosed(verdict, nowMs, what);
    if (verdict === "failed") {
      this.open(nowMs, `it failed again (${what})`);
      return null;
    }
    this.openUntilMs = null;
    this.probeUntilMs = null;
    this.generation++;
    this.closedAtMs = nowMs;
    return "closed";
  }

  private takeClosed(verdict: "worked" | "failed", nowMs: number, what: string): "opened" | null {
    this.tried.push(nowMs, verdict === "worked");
    if (verdict === "worked") return null;
    const why = whyTrip(this.tried.timed(nowMs), nowMs, this.rules);
    if (why === null) return null;
    // A good time as long as the longest opening makes up for all that was before.
    if (nowMs - this.closedAtMs > this.rules.maxOpenMs) this.openings = 0;
    this.open(nowMs, `${why} (${what})`);
    return "opened";
  }

  private open(nowMs: number, why: string): void {
    const { openMs, maxOpenMs } = this.rules;
    // A little chance, so that many gateways do not come back to a provider in the same moment.
    const grownMs = openMs * 2 ** Math.min(this.openings, 30) * (1 + this.random() / 10);
    this.openUntilMs = nowMs + Math.min(maxOpenMs, grownMs);
    this.openings++;
    this.probeUntilMs = null;
    this.generation++;
    this.tried.clear();
    this.why = why;
  }
}
