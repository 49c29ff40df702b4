import type { Clock } from "./clock.ts";

/** Ids that are times: microseconds since 1970, each greater than the one before, even when the clock steps back. */
export function createIdSource(clock: Clock): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock.nowUs());
    return last;
  };
}
