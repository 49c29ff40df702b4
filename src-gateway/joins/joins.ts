/**
 * A request that is sent again gets the answer that is on its way, or has just been given, instead of being paid twice.
 *
 * Agents give up on a slow answer and ask again while the provider still works on the first. `joins/` keeps what each
 * exchange tells its client for a while, within bounds, and gives it to those who ask for the same in the same words. Two
 * clients that only happen to ask alike are not joined: one has to say that it asks again, or the other must have left.
 * Pure: the clock is an argument, and what is too old is dropped when the next request comes.
 */
import { AgedMap } from "../lib/aged-map.ts";
import type { Clock } from "../lib/clock.ts";
import { AnswerLine } from "./answer-line.ts";
import { FailedTries } from "./failed-tries.ts";
import { type AnswerKeeper, Recorder } from "./recorder.ts";
import { type AnswerCounter, SharedAnswer } from "./shared-answer.ts";
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

class JoinStore implements Joins, AnswerKeeper, AnswerCounter {
  private readonly clock: Clock;
  private readonly limits: JoinLimits;
  /** Those that can be joined: of each key the one that was offered last, which leads to the others. */
  private readonly byKey = new AgedMap<SharedAnswer>();
  /** Kept for those who may ask again, in the order in which they finished. */
  private readonly finished = new AnswerLine();
  /** All others that hold memory: those on their way, and those that are read to their end but not given to anybody new. */
  private readonly others = new AnswerLine();
  private readonly failed: FailedTries;
  private bytes = 0;
  private isStopped = false;

  constructor(clock: Clock, limits: JoinLimits) {
    this.clock = clock;
    this.limits = limits;
    this.failed = new FailedTries(clock, limits.finishedMs);
  }

  find(request: JoinRequest): JoinableAnswer | null {
    const hasFailed = request.isRetry && this.failed.take(request.key);
    // Nearly always.
    if (this.byKey.get(request.key) === undefined) return null;
    const nowUs = this.clock.monotonicUs();
    this.dropOld(nowUs);
    return this.fittest(request, hasFailed, nowUs);
  }

  open(request: JoinRequest, exchangeId: number): JoinRecorder {
    const nowUs = this.clock.monotonicUs();
    this.dropOld(nowUs);
    const answer = new SharedAnswer(request, exchangeId, nowUs, this);
    this.others.add(answer);
    this.count(answer);
    this.keepWithin(answer);
    return new Recorder(this, answer);
  }

  stop(): void {
    this.isStopped = true;
    for (const answer of this.all()) answer.followersChanged();
  }

  status(): { answers: number; bytes: number; followers: number } {
    let followers = 0;
    for (const answer of this.all()) followers += answer.followerCount;
    return { answers: this.finished.size + this.others.size, bytes: this.bytes, followers };
  }

  graceMsOf(answer: SharedAnswer): number {
    const mayBeJoined = answer.isListed && answer.isWhole && !this.isStopped;
    return mayBeJoined && !this.isOld(answer, this.clock.monotonicUs()) ? this.limits.graceMs : 0;
  }

  offer(answer: SharedAnswer): void {
    if (!answer.isWhole || answer.isListed) return;
    const { key } = answer.request;
    answer.isListed = true;
    answer.older = this.byKey.get(key) ?? null;
    this.byKey.set(key, answer);
  }

  write(answer: SharedAnswer, bytes: Buffer, isLast: boolean): void {
    if (answer.line === null) return;
    if (answer.followerCount === 0) {
      // What cannot be kept need not be copied.
      const isTooLong = answer.tape.end + bytes.length > this.limits.answerBytes;
      if (isTooLong || this.isOld(answer, this.clock.monotonicUs())) return this.forget(answer);
    }
    answer.write(bytes, isLast);
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
    answer.line?.remove(answer);
    this.finished.add(answer);
    this.count(answer);
  }

  /** No new followers. */
  forget(answer: SharedAnswer): void {
    this.unlist(answer);
    if (answer.line === this.finished && answer.followerCount > 0) {
      this.finished.remove(answer);
      this.others.add(answer);
    }
    answer.giveUp(this.limits.answerBytes);
    this.count(answer);
  }

  fail(answer: SharedAnswer): void {
    this.forget(answer);
    this.failed.note(answer.request.key);
  }

  /** Of equals the latest. */
  private fittest(request: JoinRequest, hasFailed: boolean, nowUs: number): JoinableAnswer | null {
    let found: SharedAnswer | null = null;
    for (let answer = this.byKey.get(request.key) ?? null; answer !== null; answer = answer.older) {
      if (this.isOld(answer, nowUs) || !isJoinable(answer, request, hasFailed)) continue;
      if (found === null || fitness(answer, request) > fitness(found, request)) found = answer;
    }
    if (found === null) return null;
    const answer = found;
    return {
      exchangeId: answer.exchangeId,
      isFinished: answer.state !== "running",
      follow: (reply) => (answer.isWhole ? answer.follow(reply) : null),
    };
  }

  private isOld({ startedUs, finishedUs }: SharedAnswer, nowUs: number): boolean {
    const { runningMs, finishedMs } = this.limits;
    return finishedUs === null ? nowUs - startedUs > runningMs * 1_000 : nowUs - finishedUs > finishedMs * 1_000;
  }

  private dropOld(nowUs: number): void {
    for (let { first } = this.finished; first !== null && this.isOld(first, nowUs); { first } = this.finished)
      this.forget(first);
  }

  private unlist(answer: SharedAnswer): void {
    if (!answer.isListed) return;
    const { key } = answer.request;
    const { older } = answer;
    let newer = this.byKey.get(key);
    if (newer !== answer) {
      while (newer && newer.older !== answer) newer = newer.older ?? undefined;
      if (newer) newer.older = older;
    } else if (older === null) this.byKey.delete(key);
    else this.byKey.set(key, older);
    answer.isListed = false;
    answer.older = null;
  }

  private all(): SharedAnswer[] {
    const all: SharedAnswer[] = [];
    for (const { first } of [this.finished, this.others])
      for (let answer = first; answer !== null; answer = answer.after) all.push(answer);
    return all;
  }

  count(answer: SharedAnswer): void {
    if (answer.line === null) return;
    const { isUseless } = answer;
    const now = isUseless ? 0 : answer.heldBytes;
    this.bytes += now - answer.countedBytes;
    answer.countedBytes = now;
    if (isUseless) answer.line.remove(answer);
  }

  /** Finished answers go first, the oldest before the others; then the one that has just grown. */
  private keepWithin(grown: SharedAnswer): void {
    const { answerBytes, totalBytes } = this.limits;
    if (!grown.isWhole || grown.tape.end > answerBytes) this.forget(grown);
    if (this.bytes <= totalBytes) return;
    for (let next = this.finished.first; next !== null && this.bytes > totalBytes; ) {
      const answer = next;
      next = answer.after;
      if (answer.followerCount === 0) this.forget(answer);
    }
    if (this.bytes <= totalBytes) return;
    this.forget(grown);
    grown.giveUp(Math.max(0, grown.tape.heldBytes - (this.bytes - totalBytes)));
    this.count(grown);
  }
}

function isJoinable(answer: SharedAnswer, request: JoinRequest, hasFailed: boolean): boolean {
  if (!answer.isWhole) return false;
  const own = request.idempotencyKey;
  const other = answer.request.idempotencyKey;
  if (own !== null && other !== null) return own === other;
  return answer.owed > 0 || (request.isRetry && !hasFailed);
}

function fitness(answer: SharedAnswer, request: JoinRequest): number {
  const isNamed = request.idempotencyKey !== null && request.idempotencyKey === answer.request.idempotencyKey;
  return (isNamed ? 2 : 0) + (answer.owed > 0 ? 1 : 0);
}
