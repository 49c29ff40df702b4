/**
 * A request that is sent again gets the answer that is on its way, or has just been given, instead of being paid twice.
 *
 * Agents give up on a slow answer and ask again while the provider still works on the first. `joins/` keeps what each
 * exchange tells its client for a while, within bounds, and gives it to those who ask for the same in the same words. Two
 * clients that only happen to ask alike are not joined: one has to say that it asks again, or the other must have left.
 * Pure: the clock is an argument, and what is too old is dropped when the next request comes.
 */
import type { Clock } from "../lib/clock.ts";
import { FailedTries } from "./failed-tries.ts";
import { FinishedLine } from "./finished-line.ts";
import { type AnswerKeeper, Recorder } from "./recorder.ts";
import { SharedAnswer } from "./shared-answer.ts";
import type { JoinableAnswer, JoinLimits, JoinRecorder, JoinRequest, Joins } from "./types.ts";

const DEFAULT_JOIN_LIMITS: JoinLimits = {
  runningMs: 600_000,
  finishedMs: 60_000,
  graceMs: 0,
  answerBytes: 4 * 1024 * 1024,
  totalBytes: 32 * 1024 * 1024,
};

export function createJoins(options: { clock: Clock; limits?: Partial<JoinLimits> }): Joins {
  return new JoinStore(options.clock, { ...DEFAULT_JOIN_LIMITS, ...options.limits });
}

class JoinStore implements Joins, AnswerKeeper {
  private readonly clock: Clock;
  private readonly limits: JoinLimits;
  /** Those that can be joined, in the order in which they were offered. */
  private readonly byKey = new Map<string, SharedAnswer[]>();
  /** In the order in which they finished. */
  private readonly finished = new FinishedLine();
  /** All that hold memory, with the bytes that each has been counted for. */
  private readonly counted = new Map<SharedAnswer, number>();
  private readonly failed: FailedTries;
  private bytes = 0;
  private isStopped = false;

  constructor(clock: Clock, limits: JoinLimits) {
    this.clock = clock;
    this.limits = limits;
    this.failed = new FailedTries(clock, limits.finishedMs);
  }

  find(request: JoinRequest): JoinableAnswer | null {
    this.dropOld();
    const hasFailed = request.isRetry && this.failed.take(request.key);
    const answers = (this.byKey.get(request.key) ?? []).filter((answer) => this.isJoinable(answer, request, hasFailed));
    // Of equals the latest.
    const answer = answers.toSorted((one, other) => fitness(one, request) - fitness(other, request)).at(-1);
    if (answer === undefined) return null;
    return {
      exchangeId: answer.exchangeId,
      isFinished: answer.state !== "running",
      follow: (reply) => (answer.isWhole ? answer.follow(reply) : null),
    };
  }

  open(request: JoinRequest, exchangeId: number): JoinRecorder {
    this.dropOld();
    const answer: SharedAnswer = new SharedAnswer(request, exchangeId, this.clock.monotonicUs(), () => {
      this.count(answer);
      recorder.onFollowers?.();
    });
    const recorder = new Recorder(this, answer);
    this.counted.set(answer, 0);
    this.count(answer);
    this.keepWithin(answer);
    return recorder;
  }

  stop(): void {
    this.isStopped = true;
    for (const answer of Array.from(this.counted.keys())) answer.onFollowers();
  }

  status(): { answers: number; bytes: number; followers: number } {
    let followers = 0;
    for (const answer of this.counted.keys()) followers += answer.followerCount;
    return { answers: this.counted.size, bytes: this.bytes, followers };
  }

  graceMsOf(answer: SharedAnswer): number {
    const isListed = this.byKey.get(answer.request.key)?.includes(answer) === true;
    return isListed && answer.isWhole && !this.isStopped && !this.isOld(answer) ? this.limits.graceMs : 0;
  }

  offer(answer: SharedAnswer): void {
    if (!answer.isWhole) return;
    const { key } = answer.request;
    this.byKey.set(key, [...(this.byKey.get(key) ?? []), answer]);
  }

  write(answer: SharedAnswer, bytes: Buffer): void {
    if (!this.counted.has(answer)) return;
    if (answer.followerCount === 0) {
      // What cannot be kept need not be copied.
      const isTooLong = answer.tape.end + bytes.length > this.limits.answerBytes;
      if (isTooLong || this.isOld(answer)) return this.forget(answer);
    }
    answer.write(bytes);
    this.count(answer);
    this.keepWithin(answer);
  }

  tell(answer: SharedAnswer): void {
    answer.tellFollowers();
    this.count(answer);
  }

  finish(answer: SharedAnswer, state: "ended" | "cut"): void {
    if (answer.state !== "running") return;
    answer.state = state;
    answer.finishedUs = this.clock.monotonicUs();
    this.tell(answer);
    const isGood = state === "ended" && answer.head !== null && answer.head.status >= 200 && answer.head.status < 300;
    if (!isGood || !answer.isWhole) return this.forget(answer);
    answer.tape.trim();
    this.finished.push(answer);
    this.count(answer);
  }

  /** No new followers. */
  forget(answer: SharedAnswer): void {
    const { key } = answer.request;
    const others = (this.byKey.get(key) ?? []).filter((other) => other !== answer);
    if (others.length === 0) this.byKey.delete(key);
    else this.byKey.set(key, others);
    answer.giveUp(this.limits.answerBytes);
    this.count(answer);
  }

  fail(answer: SharedAnswer): void {
    this.forget(answer);
    this.failed.note(answer.request.key);
  }

  private isJoinable(answer: SharedAnswer, request: JoinRequest, hasFailed: boolean): boolean {
    if (!answer.isWhole || this.isOld(answer)) return false;
    const [own, other] = [request.idempotencyKey, answer.request.idempotencyKey];
    if (own !== null && other !== null) return own === other;
    return answer.owed > 0 || (request.isRetry && !hasFailed);
  }

  private isOld(answer: SharedAnswer): boolean {
    const { runningMs, finishedMs } = this.limits;
    const [sinceUs, ms] = answer.finishedUs === null ? [answer.startedUs, runningMs] : [answer.finishedUs, finishedMs];
    return this.clock.monotonicUs() - sinceUs > ms * 1_000;
  }

  private dropOld(): void {
    for (const answer of this.finished) {
      if (!this.isOld(answer)) return;
      this.forget(answer);
    }
  }

  private count(answer: SharedAnswer): void {
    const before = this.counted.get(answer);
    if (before === undefined) return;
    const now = answer.isUseless ? 0 : answer.heldBytes;
    this.bytes += now - before;
    if (answer.isUseless) this.counted.delete(answer);
    else this.counted.set(answer, now);
  }

  /** Finished answers go first, the oldest before the others; then the one that has just grown. */
  private keepWithin(grown: SharedAnswer): void {
    const { answerBytes, totalBytes } = this.limits;
    if (!grown.isWhole || grown.tape.end > answerBytes) this.forget(grown);
    if (this.bytes <= totalBytes) return;
    for (const answer of this.finished) {
      if (this.bytes <= totalBytes) return;
      if (answer.followerCount === 0) this.forget(answer);
    }
    if (this.bytes <= totalBytes) return;
    this.forget(grown);
    grown.giveUp(Math.max(0, grown.tape.heldBytes - (this.bytes - totalBytes)));
    this.count(grown);
  }
}

function fitness(answer: SharedAnswer, request: JoinRequest): number {
  const isNamed = request.idempotencyKey !== null && request.idempotencyKey === answer.request.idempotencyKey;
  return (isNamed ? 2 : 0) + (answer.owed > 0 ? 1 : 0);
}
