/**
 * Agents that run in circles: noticed from what they send, slowed, and stopped in time.
 *
 * What tells a circle is read from the request itself, so that it is the same on every gateway and after a restart. Only
 * what a person has allowed, and how fast tokens go, is remembered, and by each gateway for itself.
 */
import type { WireProtocol } from "../ir/protocol.ts";
import type { ScannedObject } from "../lib/json-scan.ts";
import type { JsonSpan } from "../lib/json-walk.ts";

export const RUNAWAY_LEVELS = ["warn", "throttle", "pause"] as const;
export type RunawayLevel = (typeof RUNAWAY_LEVELS)[number];

export const RUNAWAY_KINDS = [
  /** The same calls with the same results, one after the other or in a circle of two or three turns. */
  "repeated-calls",
  /** Many turns, hardly any of which did something that was not done before. */
  "no-progress",
  /** More tokens a minute than the operator allows one conversation. */
  "token-velocity",
] as const;
export type RunawayKind = (typeof RUNAWAY_KINDS)[number];

/** A body, and where its top-level members stand. */
export interface ScannedBody {
  bytes: Buffer;
  root: ScannedObject;
}

/** What the turns since a person's last word are like. */
export interface Circles {
  /** How often the last turn, or the last circle of two or three, stands there one after the other; at least 1. */
  repeats: number;
  /** Turns in the circle: 1 to 3. */
  period: number;
  /** What was called in each of its turns. */
  calls: JsonSpan[][];
  /** Rounds of turns with nothing new among them; 0 when there is progress. */
  idleRounds: number;
  /** The last word is a person's: whatever was before is forgiven. */
  personSpoke: boolean;
}

export interface RunawayLimits {
  /** The most that is done about it. */
  mode: "off" | RunawayLevel;
  /** From how many repetitions on it warns, throttles and pauses. */
  repeats: readonly [number, number, number];
  /** For each conversation; 0 is no limit. */
  tokensPerMinute: number;
}

export interface RunawayVerdict {
  /** Names the circle for `gateway runaway resume`; the same on every gateway. */
  id: string;
  kind: RunawayKind;
  level: RunawayLevel;
  /** Repetitions or rounds, since somebody has last resumed it; tokens a minute for `token-velocity`. */
  count: number;
  period: number;
  /** How long a throttled request waits. */
  waitMs: number;
}

/** Who runs, for the people who have to decide. */
export interface Runner {
  userId: number | null;
  agent: string | null;
  session: string | null;
  project: string | null;
  model: string;
}

export interface Runaway extends Runner, Omit<RunawayVerdict, "waitMs"> {
  firstUs: number;
  lastUs: number;
  /** Requests that were warned, throttled or paused. */
  requests: number;
}

export interface RunawayQuestion {
  wire: WireProtocol;
  body: ScannedBody;
  runner: Runner;
  /** The key of the conversation, which takes time to find; null where it cannot be told. */
  conversation(): string | null;
}

export interface RunawayGuard {
  /** Null when all is well. */
  check(question: RunawayQuestion): RunawayVerdict | null;
  /** So many tokens were used for the answer. */
  settle(question: RunawayQuestion, tokens: number): void;
  /** Those of this gateway, the latest first. */
  list(): Runaway[];
  /** Lets it go on as if it had just begun. As it was; null when there is none by that id. */
  resume(id: string): Runaway | null;
}
