/** When a circuit opens, apart from the machine that opens it. */
const RECENT_MS = 60_000;
const MIN_SAMPLES = 20;
const MAX_FAILURE_SHARE = 0.5;

export interface TripRules {
  /** So many failures in a row; 0 never opens a circuit. */
  failures: number;
}

export interface Tried {
  atMs: number;
  worked: boolean;
}

/**
 * @param tried oldest first.
 * @returns why, in words; null when it stays closed.
 */
export function whyTrip(tried: readonly Tried[], nowMs: number, { failures }: TripRules): string | null {
  if (failures === 0) return null;
  const lastSuccess = tried.findLastIndex(({ worked }) => worked);
  const inARow = tried.length - 1 - lastSuccess;
  if (inARow >= failures) return inARow === 1 ? "it failed" : `it failed ${inARow} times in a row`;
  const recent = tried.filter(({ atMs }) => atMs >= nowMs - RECENT_MS);
  const failed = recent.filter(({ worked }) => !worked).length;
  if (recent.length < MIN_SAMPLES || failed < recent.length * MAX_FAILURE_SHARE) return null;
  return `${failed} of the last ${recent.length} attempts failed`;
}
