/** The stretch of time that a page shows. Moments in microseconds since 1970, days in the person's own time zone. */
import { startOfDayMs } from "./times.ts";

export const RANGES = ["today", "24h", "7d", "30d", "90d"] as const;
export type NamedRange = (typeof RANGES)[number];

export interface TimeRange {
  fromUs: number;
  toUs: number;
  /** How finely it is drawn. */
  bucket: "hour" | "day";
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LENGTH_DAYS: Record<Exclude<NamedRange, "today" | "24h">, number> = { "7d": 7, "30d": 30, "90d": 90 };

/** Ends with the hour or the day that is running, so that it does not change with every look. */
export function rangeOf(name: NamedRange, nowMs: number): TimeRange {
  const hourEndMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  if (name === "24h") return range(hourEndMs - DAY_MS, hourEndMs, "hour");
  const today = startOfDayMs(nowMs);
  const tomorrow = startOfDayMs(today + 1.5 * DAY_MS);
  if (name === "today") return range(today, tomorrow, "hour");
  // By the calendar: a day in which the clocks change has another length.
  const first = new Date(today);
  first.setDate(first.getDate() - LENGTH_DAYS[name] + 1);
  return range(first.getTime(), tomorrow, "day");
}

/** Days of somebody's choice, both included, as an address says them: `2026-11-01..2026-11-20`. Null when it says none. */
export function rangeOfDays(text: string | null): TimeRange | null {
  const [, first = "", last = ""] = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(text ?? "") ?? [];
  const [fromMs, lastMs] = [startOfDay(first), startOfDay(last)];
  if (fromMs === null || lastMs === null || lastMs < fromMs) return null;
  const toMs = startOfDayMs(lastMs + 1.5 * DAY_MS);
  return toMs - fromMs > MAX_DAYS * DAY_MS ? null : range(fromMs, toMs, toMs - fromMs > 2.1 * DAY_MS ? "day" : "hour");
}

/** The gateway counts no more bars at once, nor has a chart room for them. */
const MAX_DAYS = 200;

/** In the person's own time zone; null for a day that no calendar has. */
function startOfDay(day: string): number | null {
  const moment = new Date(`${day}T00:00:00`);
  return Number.isNaN(moment.getTime()) || dayOf(moment) !== day ? null : moment.getTime();
}

/** As a field for a date has it. */
const dayOf = (moment: Date): string =>
  [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");

/** The days of a range, as an address says them. */
export const daysOf = ({ fromUs, toUs }: TimeRange): string =>
  `${dayOf(new Date(fromUs / 1_000))}..${dayOf(new Date(toUs / 1_000 - 1))}`;

/** The same length of time, just before. */
export const before = ({ fromUs, toUs, bucket }: TimeRange): TimeRange => ({
  fromUs: fromUs - (toUs - fromUs),
  toUs: fromUs,
  bucket,
});

const range = (fromMs: number, toMs: number, bucket: TimeRange["bucket"]): TimeRange => ({
  fromUs: fromMs * 1_000,
  toUs: toMs * 1_000,
  bucket,
});

/** When the buckets of a range begin, in microseconds. */
export function bucketsOf({ fromUs, toUs, bucket }: TimeRange): number[] {
  const starts: number[] = [];
  for (let ms = fromUs / 1_000; ms < toUs / 1_000; ) {
    starts.push(ms * 1_000);
    if (bucket === "hour") ms += HOUR_MS;
    else {
      const next = new Date(ms);
      next.setDate(next.getDate() + 1);
      ms = next.getTime();
    }
  }
  return starts;
}

export const isNamedRange = (text: string | null): text is NamedRange => RANGES.some((name) => name === text);
