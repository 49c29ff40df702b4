/** The share of requests that failed of late, in slices of time. */
const SLICE_MS = 30_000;
const SLICES = 10;
export const WINDOW_MS = SLICE_MS * SLICES;
/** Fewer say nothing about a share. */
const MIN_REQUESTS = 20;

export interface RateReport {
  percent: number;
  requests: number;
  failed: number;
}

export interface ErrorRate {
  /** @returns the share when it has just become high; it has to fall to half of that before it can again. */
  add(isFailed: boolean, nowMs: number): RateReport | null;
}

export function createErrorRate(thresholdPercent: number): ErrorRate {
  const slices = new Map<number, { requests: number; failed: number }>();
  let isHigh = false;
  return {
    add(isFailed, nowMs) {
      const now = Math.floor(nowMs / SLICE_MS);
      for (const slice of slices.keys()) if (slice <= now - SLICES) slices.delete(slice);
      const slice = slices.get(now) ?? { requests: 0, failed: 0 };
      slices.set(now, slice);
      slice.requests += 1;
      if (isFailed) slice.failed += 1;
      let [requests, failed] = [0, 0];
      for (const each of slices.values()) {
        requests += each.requests;
        failed += each.failed;
      }
      const percent = (failed / requests) * 100;
      if (isHigh) {
        if (percent < thresholdPercent / 2) isHigh = false;
        return null;
      }
      if (requests < MIN_REQUESTS || percent < thresholdPercent) return null;
      isHigh = true;
      return { percent: Math.round(percent * 10) / 10, requests, failed };
    },
  };
}
