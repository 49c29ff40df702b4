/** Answers, the oldest first. They link to each other, so that leaving costs the same for everyone and leaves nothing behind. */
import type { SharedAnswer } from "./shared-answer.ts";

export class AnswerLine {
  size = 0;
  first: SharedAnswer | null = null;
  private last: SharedAnswer | null = null;

  add(answer: SharedAnswer): void {
    answer.line = this;
    answer.before = this.last;
    if (this.last === null) this.first = answer;
    else this.last.after = answer;
    this.last = answer;
    this.size++;
  }

  remove(answer: SharedAnswer): void {
    if (answer.before === null) this.first = answer.after;
    else answer.before.after = answer.after;
    if (answer.after === null) this.last = answer.before;
    else answer.after.before = answer.before;
    // One that is let go of must not hold another.
    answer.line = null;
    answer.before = null;
    answer.after = null;
    this.size--;
  }
}
