import { useEffect, useState } from "react";

const HOUR_MS = 3_600_000;
const startOfHourMs = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;

/** When the running hour began, in milliseconds; a page that stays open is told of the next one. */
export function useHour(): number {
  const [hourMs, setHourMs] = useState(() => startOfHourMs(Date.now()));
  useEffect(() => {
    const timer = setInterval(() => setHourMs(startOfHourMs(Date.now())), 30_000);
    return () => clearInterval(timer);
  }, []);
  return hourMs;
}
