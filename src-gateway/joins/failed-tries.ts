/** Requests that failed a moment ago: whoever tries one of them again means that one, and no other that looks alike. */
import type { Clock } from "../lib/clock.ts";

/** Beyond this many the oldest are forgotten. */
const MAX_TRIES = 10_000;

export class FailedTries {
  private readonly clock: Clock;
  private readonly windowMs: number;
  /** By key, the oldest first. */
  private readonly tries = new Map<string, { count: number; untilUs: number }>();

  constructor(clock: Clock, windowMs: number) {
    this.clock = clock;
    this.windowMs = windowMs;
  }

  note(key: string): void {
    const count = this.countOf(key) + 1;
    this.tries.delete(key);
    this.tries.set(key, { count, untilUs: this.clock.monotonicUs() + this.windowMs * 1_000 });
    for (const oldest of this.tries.keys()) {
      if (this.tries.size <= MAX_TRIES) break;
      this.tries.delete(oldest);
    }
  }

  /** True, once for each of them. */
  take(key: string): boolean {
    const count = this.countOf(key);
    const entry = this.tries.get(key);
    if (entry === undefined) return false;
    if (count <= 1) this.tries.delete(key);
    else entry.count--;
    return count > 0;
  }

  private countOf(key: string): number {
    const entry = this.tries.get(key);
    return entry !== undefined && this.clock.monotonicUs() < entry.untilUs ? entry.count : 0;
  }
}
