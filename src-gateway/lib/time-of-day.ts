/** Minute of the day and day of the week, on the clocks of a time zone. */
/** Minutes since midnight. A window that ends before it begins goes on into the next day. */
interface TimeWindow {
  fromMinute: number;
  /** Exclusive; up to 1440. */
  toMinute: number;
}

export interface LocalTime {
  /** Since midnight. */
  minute: number;
  /** 0 is Sunday. */
  day: number;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
/** Making one takes a thousand times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError when there is no such zone. */
export function localTime(nowMs: number, timeZone: string | null | undefined): LocalTime {
  const zone = timeZone ?? "";
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      ...(zone === "" ? {} : { timeZone: zone }),
      hourCycle: "h23",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  return {
    minute: Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
    day: DAYS.indexOf(parts.get("weekday") ?? ""),
  };
}

/** Behind midnight a window still belongs to the day that it began on. Without windows the whole day counts. */
export function isWithin(
  { minute, day }: LocalTime,
  windows: readonly TimeWindow[] | undefined,
  days: readonly number[] | undefined,
): boolean {
  const isDay = (wanted: number): boolean => days === undefined || days.includes(wanted);
  if (windows === undefined) return isDay(day);
  return windows.some(({ fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute && isDay(day);
    return minute >= fromMinute ? isDay(day) : minute < toMinute && isDay((day + 6) % 7);
  });
}
