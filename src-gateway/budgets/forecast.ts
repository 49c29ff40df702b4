/** When will it be used up? Pure. */

/** A pace that was seen for less than this says nothing yet. */
const MIN_SEEN_US = 600_000_000;

export interface Pace {
  spent: number;
  limit: number;
  /** What was used since `sinceUs`. */
  used: number;
  sinceUs: number;
  nowUs: number;
  /** Null when the window never resets. */
  resetsAtUs: number | null;
}

/** The moment at which the limit is reached if it goes on as since then; null when that is not before the reset. */
export function forecast({ spent, limit, used, sinceUs, nowUs, resetsAtUs }: Pace): number | null {
  if (spent >= limit) return nowUs;
  const seenUs = nowUs - sinceUs;
  if (used <= 0 || seenUs < MIN_SEEN_US) return null;
  const atUs = Math.round(nowUs + ((limit - spent) / used) * seenUs);
  if (!Number.isSafeInteger(atUs)) return null;
  return resetsAtUs !== null && atUs >= resetsAtUs ? null : atUs;
}
