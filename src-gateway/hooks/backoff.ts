const BASE_MS = 5_000;
const LONGEST_MS = 3_600_000;
/** Drawn from 0 it could be at once, which would be no pause at all. */
const SHORTEST_MS = 1_000;

export interface BackoffTimes {
  baseMs: number;
  longestMs: number;
  shortestMs: number;
}

export const STANDARD_BACKOFF: BackoffTimes = { baseMs: BASE_MS, longestMs: LONGEST_MS, shortestMs: SHORTEST_MS };

/**
 * The pause after so many tries: drawn between 0 and a bound that doubles, so that many that fail together do not come back
 * together. What the receiver asks for is kept to where it is longer.
 */
export function pauseMs(
  tries: number,
  retryAfterMs: number | null,
  random: () => number,
  { baseMs, longestMs, shortestMs }: BackoffTimes = STANDARD_BACKOFF,
): number {
  const bound = Math.min(longestMs, baseMs * 2 ** Math.min(30, Math.max(0, tries - 1)));
  const asked = Math.min(retryAfterMs ?? 0, longestMs);
  return Math.max(shortestMs, asked, Math.round(random() * bound));
}
