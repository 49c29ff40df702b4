/** Finished answers, the oldest first. A Set would do, but for the places of what was deleted at its front, which it walks. */
import type { SharedAnswer } from "./shared-answer.ts";

const COMPACT_FROM = 1_024;

export class FinishedLine {
  /** Before `head` stands nothing any more. */
  private answers: (SharedAnswer | undefined)[] = [];
  private head = 0;

  push(answer: SharedAnswer): void {
    this.answers.push(answer);
  }

  /** Those that are still kept. They may be let go of on the way. */
  *[Symbol.iterator](): Generator<SharedAnswer> {
    this.compact();
    for (let at = this.head; at < this.answers.length; at++) {
      const answer = this.answers[at];
      if (answer?.isWhole) yield answer;
      else if (at === this.head) this.dropFirst();
    }
  }

  private compact(): void {
    while (this.head < this.answers.length && this.answers[this.head]?.isWhole === false) this.dropFirst();
    if (this.head < COMPACT_FROM || this.head < this.answers.length / 2) return;
    this.answers = this.answers.slice(this.head);
    this.head = 0;
  }

  /** Not even until the line is made shorter must it hold what it has let go of. */
  private dropFirst(): void {
    this.answers[this.head] = undefined;
    this.head++;
  }
}
