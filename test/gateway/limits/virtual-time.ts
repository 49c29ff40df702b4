import type { Clock } from "../../../src-gateway/lib/clock.ts";
import type { Schedule } from "../../../src-gateway/limits/types.ts";

export interface VirtualTime {
  clock: Clock;
  schedule: Schedule;
  nowMs(): number;
  /** Runs what falls due within so many milliseconds, in order. */
  advance(ms: number): void;
  /** Timers that are set. */
  pending(): number;
}

export function virtualTime(): VirtualTime {
  let nowMs = 0;
  let ids = 0;
  const timers = new Map<number, { atMs: number; callback: () => void }>();
  const nextDue = (untilMs: number): number | null => {
    let due: number | null = null;
    for (const [id, { atMs }] of timers)
      if (atMs <= untilMs && (due === null || atMs < (timers.get(due)?.atMs ?? Infinity))) due = id;
    return due;
  };
  return {
    clock: { nowUs: () => nowMs * 1000, monotonicUs: () => nowMs * 1000 },
    schedule(callback, delayMs) {
      const id = ids++;
      timers.set(id, { atMs: nowMs + delayMs, callback });
      return () => void timers.delete(id);
    },
    nowMs: () => nowMs,
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let id = nextDue(untilMs); id !== null; id = nextDue(untilMs)) {
        const timer = timers.get(id);
        timers.delete(id);
        nowMs = Math.max(nowMs, timer?.atMs ?? 0);
        timer?.callback();
      }
      nowMs = untilMs;
    },
    pending: () => timers.size,
  };
}
