import { describe, expect, it } from "vitest";
import { formatBytes, formatShare, formatShort, formatUsd } from "../../src-renderer/format/numbers.ts";
import { daysOf, rangeOfDays } from "../../src-renderer/format/range.ts";
import { formatDuration, formatMoment, median, startOfDayMs } from "../../src-renderer/format/times.ts";

describe("durations", () => {
  it.each([
    [null, "–"],
    [0, "0.0 ms"],
    [860, "0.9 ms"],
    [412_000, "412 ms"],
    [999_400, "999 ms"],
    [999_600, "1.00 s"],
    [1_840_000, "1.84 s"],
    [9_996_000, "10.0 s"],
    [59_940_000, "59.9 s"],
    [59_960_000, "1 m 00 s"],
    [75_000_000, "1 m 15 s"],
  ])("%s µs read %s", (us, expected) => expect(formatDuration(us)).toBe(expected));
});

describe("moments", () => {
  const now = new Date(2026, 10, 21, 14, 2, 11).getTime();

  it("of today are a time of day, others have their date", () => {
    expect(formatMoment(now * 1_000, startOfDayMs(now))).toBe("14:02:11");
    const yesterday = new Date(2026, 10, 20, 23, 59, 59).getTime();
    expect(formatMoment(yesterday * 1_000, startOfDayMs(now))).toBe("Nov 20, 23:59:59");
  });
});

describe("numbers", () => {
  it.each([
    [0, 0, "–"],
    [10, 10, "100%"],
    [0, 10, "0%"],
    [99_999, 100_000, "99.9%"],
    [1, 100_000, "0.1%"],
    [3, 4, "75%"],
  ])("%d of %d is %s: never rounded up to all or down to nothing", (part, total, expected) =>
    expect(formatShare(part, total)).toBe(expected));

  it.each([
    [9_999, "9,999"],
    [33_200, "33.2K"],
    [1_250_000, "1.3M"],
  ])("%d is short as %s", (count, expected) => expect(formatShort(count)).toBe(expected));

  it.each([
    [94, "94 B"],
    [1_540, "1.5 KB"],
    [64_000_000, "64.0 MB"],
  ])("%d bytes are %s", (bytes, expected) => expect(formatBytes(bytes)).toBe(expected));

  it("have a middle", () => {
    expect(median([])).toBeNull();
    expect(median([5])).toBe(5);
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2);
  });

  it.each([
    [0, "$0.00"],
    [327_500, "$0.000328"],
    [500_000_000, "$0.50"],
    [1_234_567_890, "$1.23"],
    [98_765_432_100_000, "$98,765.43"],
  ])("%d nano-dollars are written as %s", (nano, expected) => expect(formatUsd(nano)).toBe(expected));
});

describe("days of somebody's choice", () => {
  it("are whole days, both included, and an address says them again", () => {
    const range = rangeOfDays("2026-11-01..2026-11-20");
    if (range === null) throw new Error("It is a range.");
    expect(new Date(range.fromUs / 1_000)).toEqual(new Date(2026, 10, 1));
    expect(new Date(range.toUs / 1_000)).toEqual(new Date(2026, 10, 21));
    expect(range.bucket).toBe("day");
    expect(daysOf(range)).toBe("2026-11-01..2026-11-20");
  });

  it("are drawn by hours where they are few", () => {
    expect(rangeOfDays("2026-11-01..2026-11-01")?.bucket).toBe("hour");
  });

  it.each([
    null,
    "7d",
    "2026-11-20..2026-11-01",
    "2026-02-30..2026-03-01",
    "2020-01-01..2026-01-01",
    "2026-11-01..",
  ])("are none in %s", (text) => expect(rangeOfDays(text)).toBeNull());
});
