import type { RestCause } from "./types.ts";

/** Until when something is left alone. Of all that ask for a pause the longest stands. */
export class Rest {
  untilMs = 0;
  cause: RestCause = "throttled";
  why = "";
  /** When the last pause was asked for. */
  private askedAtMs = Number.NEGATIVE_INFINITY;
  /** Pauses in a row without an answer in between. */
  private streak = 0;
  /** Others were told that this is out. */
  isAnnounced = false;

  extend(untilMs: number, cause: RestCause, why: string): void {
    if (untilMs <= this.untilMs) return;
    this.untilMs = untilMs;
    this.cause = cause;
    this.why = why;
  }

  /** Counts a pause; many attempts that were under way at the same time count as one. @returns how many before it. */
  count(beganMs: number, nowMs: number): number {
    if (beganMs >= this.askedAtMs) {
      this.streak++;
      this.askedAtMs = nowMs;
    }
    return Math.max(0, this.streak - 1);
  }

  /** It answered. What somebody asked for still holds. @returns whether others were told that it was out. */
  answered(): boolean {
    const wasAnnounced = this.isAnnounced;
    this.isAnnounced = false;
    this.streak = 0;
    return wasAnnounced;
  }

  /** @returns whether others were told that it was out. */
  reset(): boolean {
    this.untilMs = 0;
    return this.answered();
  }
}
