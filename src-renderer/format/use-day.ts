import { useEffect, useState } from "react";
import { startOfDayMs } from "./times.ts";

/** When the local day began, in milliseconds; a page that stays open past midnight is told. */
export function useDay(): number {
  const [dayMs, setDayMs] = useState(() => startOfDayMs(Date.now()));
  useEffect(() => {
    const timer = setInterval(() => setDayMs(startOfDayMs(Date.now())), 30_000);
    return () => clearInterval(timer);
  }, []);
  return dayMs;
}
