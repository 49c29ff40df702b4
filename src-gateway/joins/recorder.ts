/** What an exchange tells of its answer, on its way to those who keep it. */
import type { SharedAnswer } from "./shared-answer.ts";
import type { JoinRecorder } from "./types.ts";

/** The store, as a recorder needs it. */
export interface AnswerKeeper {
  graceMsOf(answer: SharedAnswer): number;
  offer(answer: SharedAnswer): void;
  forget(answer: SharedAnswer): void;
  /** @param isLast nothing more will be written. */
  write(answer: SharedAnswer, bytes: Buffer, isLast: boolean): void;
  tell(answer: SharedAnswer): void;
  finish(answer: SharedAnswer, state: "ended" | "cut"): void;
  fail(answer: SharedAnswer): void;
}

export class Recorder implements JoinRecorder {
  private readonly keeper: AnswerKeeper;
  private readonly answer: SharedAnswer;

  constructor(keeper: AnswerKeeper, answer: SharedAnswer) {
    this.keeper = keeper;
    this.answer = answer;
  }

  get onFollowers(): (() => void) | null {
    return this.answer.onFollowers;
  }

  set onFollowers(onFollowers: (() => void) | null) {
    this.answer.onFollowers = onFollowers;
  }

  get hasFollowers(): boolean {
    return this.answer.followerCount > 0;
  }

  get graceMs(): number {
    return this.keeper.graceMsOf(this.answer);
  }

  offer(): void {
    if (this.isRunning) this.keeper.offer(this.answer);
  }

  drop(): void {
    this.keeper.forget(this.answer);
  }

  head(status: number, headers: Record<string, string>): void {
    if (!this.isRunning || this.answer.head !== null) return;
    this.answer.head = { status, headers };
    this.keeper.tell(this.answer);
  }

  write(bytes: Buffer): void {
    if (this.isRunning && bytes.length > 0) this.keeper.write(this.answer, bytes, false);
  }

  end(bytes?: Buffer): void {
    if (bytes && this.isRunning && bytes.length > 0) this.keeper.write(this.answer, bytes, true);
    this.keeper.finish(this.answer, "ended");
  }

  cut(): void {
    this.keeper.finish(this.answer, "cut");
  }

  left(): void {
    this.answer.owed++;
  }

  close(keep: boolean): void {
    this.keeper.finish(this.answer, "cut");
    if (!keep) this.keeper.fail(this.answer);
  }

  private get isRunning(): boolean {
    return this.answer.state === "running";
  }
}
