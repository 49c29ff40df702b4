/** Moments and durations as people read them. Both come in microseconds, as everywhere in the gateway. */
import { byLocale } from "../i18n/by-locale.ts";

const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
const formats = byLocale((locale) => ({
  clock: new Intl.DateTimeFormat(locale, time),
  dayAndClock: new Intl.DateTimeFormat(locale, { ...time, month: "short", day: "numeric" }),
  hour: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  day: new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" }),
  weekday: new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric" }),
  full: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }),
}));

/** 860 → "0.9 ms", 412000 → "412 ms", 1840000 → "1.84 s", 75000000 → "1 m 15 s"; a dash for a moment that never came. */
export function formatDuration(us: number | null): string {
  if (us === null) return "–";
  const ms = us / 1_000;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const wholeSeconds = Math.round(seconds);
  return `${Math.floor(wholeSeconds / 60)} m ${String(wholeSeconds % 60).padStart(2, "0")} s`;
}

/** The time of day, with the date when it was not on the day that began at `dayMs`. */
export function formatMoment(us: number, dayMs: number): string {
  const ms = us / 1_000;
  return (startOfDayMs(ms) === dayMs ? formats().clock : formats().dayAndClock).format(ms);
}

export const formatFullMoment = (us: number): string => formats().full.format(new Date(us / 1_000));

/** The name of a bucket of a chart that begins then. */
export const formatBucket = (startUs: number, bucket: "hour" | "day"): string =>
  formats()[bucket].format(startUs / 1_000);

export const formatWeekday = (us: number): string => formats().weekday.format(us / 1_000);

/** 18 → "18:00" */
export const formatHour = (hour: number): string => formats().hour.format(new Date(2026, 0, 1, hour));

/** When the local day of a moment began. Both in milliseconds since 1970. */
export const startOfDayMs = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);

/** The middle value (of an even number, the lower one of the two); null of none. */
export function median(values: number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? null;
}
