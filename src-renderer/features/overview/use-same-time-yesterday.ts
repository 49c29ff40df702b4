import { useEffect, useState } from "react";
import { startOfDayMs } from "../../format/times.ts";

/** Finer steps would ask for numbers that nobody can tell apart. */
const STEP_MS = 300_000;
const DAY_MS = 86_400_000;

const now = (): number => Math.floor(Date.now() / STEP_MS) * STEP_MS;

/** From the beginning of yesterday until the time that it is now, in microseconds. */
export function useSameTimeYesterday(): { fromUs: number; toUs: number } {
  const [nowMs, setNowMs] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNowMs(now());
    }, 30_000);
    return () => clearInterval(timer);
  }, []);
  const then = nowMs - DAY_MS;
  // Days in which the clocks change have another length: the half day keeps to the right one.
  const fromMs = startOfDayMs(startOfDayMs(nowMs) - DAY_MS / 2);
  return { fromUs: fromMs * 1_000, toUs: Math.max(fromMs, then) * 1_000 };
}
