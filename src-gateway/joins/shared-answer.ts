/** An answer that may be given to more than the client that asked for it. */
import type { AnswerLine } from "./answer-line.ts";
import { type FollowedAnswer, Follower } from "./follower.ts";
import { Tape } from "./tape.ts";
import type { FollowerReply, Following, JoinRequest } from "./types.ts";

/** What an answer takes besides its bytes, roughly. */
const OVERHEAD_BYTES = 1_024;

/** Who counts what answers hold. */
export interface AnswerCounter {
  count(answer: SharedAnswer): void;
}

export class SharedAnswer implements FollowedAnswer {
  readonly request: JoinRequest;
  readonly exchangeId: number;
  readonly startedUs: number;
  readonly tape = new Tape();
  head: FollowedAnswer["head"] = null;
  state: FollowedAnswer["state"] = "running";
  finishedUs: number | null = null;
  /** How many clients have left before they had it all, and have not come back. */
  owed = 0;
  /** Its beginning is still there, and may be given. */
  isWhole = true;
  /** Of the exchange that asked for it. */
  onFollowers: (() => void) | null = null;
  /** It can be found by its key; then `older` is one of the same key that was offered before it. */
  isListed = false;
  older: SharedAnswer | null = null;
  /** Among whom it holds memory, and how much it has been counted for; null once it holds none. */
  line: AnswerLine | null = null;
  before: SharedAnswer | null = null;
  after: SharedAnswer | null = null;
  countedBytes = 0;
  /** Made for the first one: nearly all answers have none. */
  private followers: Set<Follower> | null = null;
  private readonly counter: AnswerCounter;

  constructor(request: JoinRequest, exchangeId: number, startedUs: number, counter: AnswerCounter) {
    this.request = request;
    this.exchangeId = exchangeId;
    this.startedUs = startedUs;
    this.counter = counter;
  }

  get followerCount(): number {
    return this.followers?.size ?? 0;
  }

  get heldBytes(): number {
    return this.tape.heldBytes + OVERHEAD_BYTES;
  }

  /** Nobody reads it now, and nobody can come to do so. */
  get isUseless(): boolean {
    return !this.isWhole && this.followerCount === 0;
  }

  follow(reply: FollowerReply): Following {
    // This is one of those who left, if any did; who else asks the same is not.
    if (this.owed > 0) this.owed--;
    const follower: Follower = new Follower(this, reply, (how) => {
      if (how === "stopped") this.owed++;
      this.followers?.delete(follower);
      this.dropRead();
      this.followersChanged();
    });
    (this.followers ??= new Set()).add(follower);
    this.followersChanged();
    follower.pump();
    return follower;
  }

  followersChanged(): void {
    this.counter.count(this);
    this.onFollowers?.();
  }

  write(bytes: Buffer, isLast: boolean): void {
    this.tape.append(bytes, isLast);
    this.tellFollowers();
  }

  /** The head has come, or the end. */
  tellFollowers(): void {
    if (this.followers !== null) for (const follower of Array.from(this.followers)) follower.pump();
    this.dropRead();
  }

  /** No new followers; those who are here go on, but may not fall behind by more than `bytes`. */
  giveUp(bytes: number): void {
    this.isWhole = false;
    this.dropRead();
    if (this.followers === null) return;
    const slowestFirst = Array.from(this.followers).sort((one, other) => one.at - other.at);
    for (const follower of slowestFirst) {
      if (this.tape.heldBytes <= bytes) return;
      follower.cut();
    }
  }

  private dropRead(): void {
    if (this.isWhole) return;
    let at = this.tape.end;
    if (this.followers !== null) for (const follower of this.followers) at = Math.min(at, follower.at);
    this.tape.drop(at);
  }
}
