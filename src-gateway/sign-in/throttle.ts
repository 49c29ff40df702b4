/** Slows down who tries too often, by doubling pauses. Counted in this process: a code's own attempts are in the database. */
import type { Clock } from "../lib/clock.ts";
import type { Throttle } from "./types.ts";

interface ThrottleLimits {
  /** Attempts before the first pause. */
  free: number;
  /** The first pause; each further one is twice as long, up to the longest. */
  baseMs: number;
  maxMs: number;
  /** After this long without an attempt all is forgotten. */
  forgetMs: number;
}

interface Count {
  attempts: number;
  lastUs: number;
}

/** Who sends from that many addresses is not stopped by any of them. */
const MAX_KEYS = 50_000;

export function createThrottle(clock: Clock, limits: ThrottleLimits): Throttle {
  /** In the order of the last attempt. */
  const counts = new Map<string, Count>();
  const known = (key: string, nowUs: number): Count | null => {
    const count = counts.get(key);
    if (!count) return null;
    if (nowUs - count.lastUs < limits.forgetMs * 1_000) return count;
    counts.delete(key);
    return null;
  };
  return {
    take(keys) {
      const nowUs = clock.monotonicUs();
      const waits = keys.map((key) => {
        const count = known(key, nowUs);
        return count === null ? 0 : Math.ceil((count.lastUs - nowUs) / 1_000) + pauseMs(count.attempts, limits);
      });
      const longest = Math.max(0, ...waits);
      if (longest > 0) return longest;
      for (const key of keys) {
        const attempts = (known(key, nowUs)?.attempts ?? 0) + 1;
        counts.delete(key);
        counts.set(key, { attempts, lastUs: nowUs });
      }
      for (const key of counts.keys()) {
        if (counts.size <= MAX_KEYS) break;
        counts.delete(key);
      }
      return null;
    },
    forgive(keys) {
      for (const key of keys) {
        const count = counts.get(key);
        if (!count) continue;
        count.attempts--;
        if (count.attempts === 0) counts.delete(key);
      }
    },
  };
}

/** To be waited after so many attempts. */
function pauseMs(attempts: number, { free, baseMs, maxMs }: ThrottleLimits): number {
  return attempts < free ? 0 : Math.min(maxMs, baseMs * 2 ** Math.min(30, attempts - free));
}
