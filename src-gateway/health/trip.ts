/** When a circuit opens, apart from the machine that opens it. */
import type { Sample } from "./samples.ts";

const RECENT_MS = 60_000;
const MIN_SAMPLES = 20;
const MAX_FAILURE_SHARE = 0.5;

export interface TripRules {
  /** So many failures in a row; 0 never opens a circuit. */
  failures: number;
}

/**
 * @param tried whether it worked, oldest first.
 * @returns why, in words; null when it stays closed.
 */
export function whyTrip(tried: readonly Sample<boolean>[], nowMs: number, { failures }: TripRules): string | null {
  if (failures === 0) return null;
  const lastSuccess = tried.findLastIndex(({ value }) => value);
  const inARow = tried.length - 1 - lastSuccess;
  if (inARow >= failures) return inARow === 1 ? "it failed" : `it failed ${inARow} times in a row`;
  const recent = tried.filter(({ atMs }) => atMs >= nowMs - RECENT_MS);
  const failed = recent.filter(({ value }) => !value).length;
  if (recent.length < MIN_SAMPLES || failed < recent.length * MAX_FAILURE_SHARE) return null;
  return `${failed} of the last ${recent.length} attempts failed`;
}
