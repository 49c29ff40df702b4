/** Windows of time: where one began, when it ends, and which slots of a counter belong to it. Pure. */
import type { BudgetWindow } from "../settings/budget-types.ts";

export interface WindowNow {
  /** The slot for what arrives now. */
  slotSec: number;
  /** The oldest slot that counts. */
  oldestSec: number;
  /** How long one slot is; 0 when all of the window is one. */
  stepSec: number;
  /** Null when the window never resets as a whole. */
  endsAtSec: number | null;
  /** How long after its last use a counter may be forgotten. */
  keepSec: number;
}

/** A rolling window moves on in steps of one of these parts, and lasts up to one step longer than it says. */
const ROLLING_PARTS = 60;
const DAY_SEC = 86_400;
/** Requests that began in a window may end after it. */
const SLACK_SEC = 7_200;
/** Pools: as long as Redis can keep anything without a thought. */
const FOREVER_SEC = 3650 * DAY_SEC;

type Calendar = Extract<BudgetWindow, { timeZone: string }>;

const calendars = new Map<string, WindowNow>();

/** @throws RangeError when there is no such time zone. */
export function windowAt(window: BudgetWindow, nowMs: number): WindowNow {
  const nowSec = Math.floor(nowMs / 1000);
  if (window.kind === "total") {
    const fromSec = Math.floor(window.fromMs / 1000);
    return { slotSec: fromSec, oldestSec: fromSec, stepSec: 0, endsAtSec: null, keepSec: FOREVER_SEC };
  }
  if (window.kind === "rolling") return rollingAt(window.seconds, nowSec);
  const name = `${window.kind} ${window.timeZone}`;
  const known = calendars.get(name);
  // Asking a time zone takes longer than all the rest of a reservation.
  if (known && nowSec >= known.slotSec && nowSec < (known.endsAtSec ?? 0)) return known;
  const found = calendarAt(window, nowSec);
  calendars.set(name, found);
  return found;
}

export function rollingAt(seconds: number, nowSec: number): WindowNow {
  const stepSec = Math.max(1, Math.ceil(seconds / ROLLING_PARTS));
  const slotSec = Math.floor(nowSec / stepSec) * stepSec;
  const oldestSec = slotSec - Math.ceil(seconds / stepSec) * stepSec;
  return { slotSec, oldestSec, stepSec, endsAtSec: null, keepSec: seconds + stepSec + SLACK_SEC };
}

function calendarAt({ kind, timeZone }: Calendar, nowSec: number): WindowNow {
  const { year, month, day } = dateOf(nowSec, timeZone);
  const weekday = (new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7;
  const [first, last]: [[number, number, number], [number, number, number]] =
    kind === "day"
      ? [
          [year, month, day],
          [year, month, day + 1],
        ]
      : kind === "week"
        ? [
            [year, month, day - weekday],
            [year, month, day - weekday + 7],
          ]
        : [
            [year, month, 1],
            [year, month + 1, 1],
          ];
  const slotSec = midnight(...first, timeZone);
  const endsAtSec = midnight(...last, timeZone);
  return { slotSec, oldestSec: slotSec, stepSec: 0, endsAtSec, keepSec: endsAtSec - slotSec + SLACK_SEC };
}

interface LocalDate {
  year: number;
  /** 0 is January. */
  month: number;
  day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(sec: number, timeZone: string): Map<string, number> {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return new Map(format.formatToParts(sec * 1000).map(({ type, value }) => [type, Number(value)]));
}

function dateOf(sec: number, timeZone: string): LocalDate {
  const parts = partsOf(sec, timeZone);
  return { year: parts.get("year") ?? 1970, month: (parts.get("month") ?? 1) - 1, day: parts.get("day") ?? 1 };
}

/** So many seconds are its clocks ahead of UTC. */
function offsetAt(sec: number, timeZone: string): number {
  const parts = partsOf(sec, timeZone);
  const part = (name: string): number => parts.get(name) ?? 0;
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return local / 1000 - sec;
}

/** The first moment of a day; where clocks are put forward at midnight, that is one o'clock. */
function midnight(year: number, month: number, day: number, timeZone: string): number {
  const wanted = Date.UTC(year, month, day) / 1000;
  const isOnDay = (sec: number): boolean => sec + offsetAt(sec, timeZone) >= wanted;
  const candidates = [wanted - DAY_SEC, wanted + DAY_SEC].map((near) => wanted - offsetAt(near, timeZone));
  return candidates.sort((a, b) => a - b).find(isOnDay) ?? wanted;
}
