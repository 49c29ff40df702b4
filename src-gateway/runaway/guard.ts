import type { Clock } from "../lib/clock.ts";
import type { HashBytes } from "../lib/hash-bytes.ts";
import { findCircles } from "./find-circles.ts";
import { createKnownRunaways, type KnownRunaways } from "./known-runaways.ts";
import { createTokenVelocity } from "./token-velocity.ts";
import type {
  Circles,
  Runaway,
  RunawayGuard,
  RunawayKind,
  RunawayLevel,
  RunawayLimits,
  RunawayQuestion,
  RunawayVerdict,
} from "./types.ts";

/** The first wait of a throttled agent; each repetition more doubles it. */
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60_000;
/** Repetitions beyond those that pause, which make an agent wait longer where none is paused. */
const MORE_REPEATS = 7;

/** Of the tokens that are allowed in a minute: from where on it throttles, and pauses. */
const THROTTLE_FACTOR = 1.5;
const PAUSE_FACTOR = 2;

type Finding = Pick<RunawayVerdict, "id" | "kind" | "level" | "count" | "period" | "waitMs"> & { total: number };

export function createRunawayGuard(options: {
  clock: Pick<Clock, "nowUs" | "monotonicUs">;
  limits: RunawayLimits;
  hash: HashBytes;
}): RunawayGuard {
  return new Guard(options);
}

class Guard implements RunawayGuard {
  private readonly clock: Pick<Clock, "nowUs" | "monotonicUs">;
  private readonly limits: RunawayLimits;
  private readonly hash: HashBytes;
  private readonly velocity = createTokenVelocity();
  private readonly known: KnownRunaways;

  constructor({ clock, limits, hash }: Parameters<typeof createRunawayGuard>[0]) {
    this.clock = clock;
    this.limits = limits;
    this.hash = hash;
    this.known = createKnownRunaways(clock);
  }

  private get countsTokens(): boolean {
    return this.limits.mode !== "off" && this.limits.tokensPerMinute > 0;
  }

  check(question: RunawayQuestion): RunawayVerdict | null {
    if (this.limits.mode === "off") return null;
    const circles = findCircles(question.wire, question.body, this.upTo);
    if (circles.personSpoke) {
      if (this.known.size > 0 || this.countsTokens) this.forget(conversationOf(question));
      return null;
    }
    const findings = [
      this.repeatsOf(question, circles),
      this.idlenessOf(question, circles),
      this.velocityOf(question),
    ].filter((each) => each !== null);
    const [gravest] = findings.toSorted((a, b) => RANK[b.level] - RANK[a.level]);
    return gravest ? this.note(question, gravest) : null;
  }

  settle(question: RunawayQuestion, tokens: number): void {
    if (this.countsTokens && tokens > 0) this.velocity.add(conversationOf(question), tokens, this.nowMs);
  }

  list(): Runaway[] {
    return this.known.list();
  }

  resume(id: string): Runaway | null {
    const resumed = this.known.resume(id);
    if (resumed?.kind === "token-velocity") this.velocity.forget(resumed.conversation);
    return resumed && resumed.runaway;
  }

  private get nowMs(): number {
    return this.clock.monotonicUs() / 1000;
  }

  /** So many that all which are forgiven can be told from those that came after. */
  private get upTo(): number {
    return this.known.mostForgiven + this.limits.repeats[2] + MORE_REPEATS;
  }

  private repeatsOf(question: RunawayQuestion, { repeats, period, calls }: Circles): Finding | null {
    if (repeats < this.limits.repeats[0]) return null;
    // A circle is the same wherever in it the agent is.
    const names = calls.map((spans) =>
      this.digest(spans.map(({ start, end }) => question.body.bytes.subarray(start, end))),
    );
    return this.countedFinding(question, "repeated-calls", repeats, period, names.toSorted()[0] ?? "");
  }

  private idlenessOf(question: RunawayQuestion, { idleRounds }: Circles): Finding | null {
    if (idleRounds < this.limits.repeats[0]) return null;
    return this.countedFinding(question, "no-progress", idleRounds, 1, "");
  }

  private countedFinding(
    question: RunawayQuestion,
    kind: RunawayKind,
    total: number,
    period: number,
    name: string,
  ): Finding | null {
    const id = this.idOf(conversationOf(question), kind, name);
    const count = total - this.known.forgiven(id, total);
    const [, throttleAt] = this.limits.repeats;
    const level = this.levelOf((at) => count >= (this.limits.repeats[at] ?? Number.POSITIVE_INFINITY));
    if (level === null) return null;
    const waitMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, count - throttleAt));
    return { id, kind, level, count, period, waitMs, total };
  }

  private velocityOf(question: RunawayQuestion): Finding | null {
    const { tokensPerMinute } = this.limits;
    if (!this.countsTokens) return null;
    const conversation = conversationOf(question);
    const count = this.velocity.perMinute(conversation, this.nowMs);
    const factors = [1, THROTTLE_FACTOR, PAUSE_FACTOR];
    const level = this.levelOf((at) => count > tokensPerMinute * (factors[at] ?? 1));
    if (level === null) return null;
    const id = this.idOf(conversation, "token-velocity", "");
    const waitMs = Math.ceil(this.velocity.untilMs(conversation, tokensPerMinute, this.nowMs));
    return { id, kind: "token-velocity", level, count, period: 1, waitMs, total: count };
  }

  /** The gravest whose threshold is reached, as far as the operator wants it. */
  private levelOf(isReached: (at: 0 | 1 | 2) => boolean): RunawayLevel | null {
    if (!isReached(0)) return null;
    const { mode } = this.limits;
    if (mode === "pause" && isReached(2)) return "pause";
    return mode !== "warn" && isReached(1) ? "throttle" : "warn";
  }

  private note(question: RunawayQuestion, { total, ...verdict }: Finding): RunawayVerdict {
    const { id, kind, level, count, period } = verdict;
    const conversation = conversationOf(question);
    this.known.note({ ...question.runner, id, kind, level, count, period, total, conversation });
    return verdict;
  }

  /** A person has spoken there. */
  private forget(conversation: string): void {
    this.velocity.forget(conversation);
    this.known.forget(conversation);
  }

  private idOf(...names: string[]): string {
    return `rw_${this.digest([Buffer.from(JSON.stringify(names))])}`;
  }

  private digest(parts: Uint8Array[]): string {
    return this.hash(parts).slice(0, 12);
  }
}

const RANK: Readonly<Record<RunawayLevel, number>> = { warn: 0, throttle: 1, pause: 2 };

/** Where the conversation cannot be told, its caller and model have to do. */
const conversationOf = (question: RunawayQuestion): string => {
  const { userId, model, session } = question.runner;
  return question.conversation() ?? JSON.stringify([userId, model, session]);
};
