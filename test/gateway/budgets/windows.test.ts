import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forecast } from "../../../src-gateway/budgets/forecast.ts";
import { windowAt } from "../../../src-gateway/budgets/windows.ts";

const at = (text: string): number => Date.parse(text);
const sec = (text: string): number => Date.parse(text) / 1000;

describe("calendar windows", () => {
  it.each<[string, "day" | "week" | "month", string, string, string, string]>([
    ["a day", "day", "UTC", "2026-11-18T12:00:00Z", "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z"],
    [
      "a day that begins before UTC's",
      "day",
      "Asia/Tokyo",
      "2026-11-18T15:00:00Z",
      "2026-11-18T15:00:00Z",
      "2026-11-19T15:00:00Z",
    ],
    [
      "the moment before",
      "day",
      "Asia/Tokyo",
      "2026-11-18T14:59:59.999Z",
      "2026-11-17T15:00:00Z",
      "2026-11-18T15:00:00Z",
    ],
    [
      "a day of 23 hours",
      "day",
      "Europe/Berlin",
      "2026-03-29T12:00:00Z",
      "2026-03-28T23:00:00Z",
      "2026-03-29T22:00:00Z",
    ],
    [
      "a day of 25 hours",
      "day",
      "Europe/Berlin",
      "2026-10-25T12:00:00Z",
      "2026-10-24T22:00:00Z",
      "2026-10-25T23:00:00Z",
    ],
    [
      "a day that begins at one",
      "day",
      "Asia/Beirut",
      "2026-03-29T12:00:00Z",
      "2026-03-28T22:00:00Z",
      "2026-03-29T21:00:00Z",
    ],
    [
      "a day after which clocks go back at midnight",
      "day",
      "America/Havana",
      "2026-11-01T12:00:00Z",
      "2026-11-01T04:00:00Z",
      "2026-11-02T05:00:00Z",
    ],
    ["a week", "week", "UTC", "2026-11-22T23:59:59Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"],
    ["a Monday", "week", "America/New_York", "2026-11-16T05:00:00Z", "2026-11-16T05:00:00Z", "2026-11-23T05:00:00Z"],
    ["a month", "month", "Europe/Berlin", "2026-12-31T23:30:00Z", "2026-12-31T23:00:00Z", "2027-01-31T23:00:00Z"],
    ["a leap month", "month", "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"],
  ])("%s", (_, kind, timeZone, now, start, end) => {
    expect(windowAt({ kind, timeZone }, at(now))).toMatchObject({
      slotSec: sec(start),
      oldestSec: sec(start),
      endsAtSec: sec(end),
    });
  });

  it("follow each other without gap or overlap, wherever and whenever", () => {
    const zones = [
      "UTC",
      "Europe/Berlin",
      "America/Sao_Paulo",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Pacific/Apia",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom("day" as const, "week" as const, "month" as const),
        fc.integer({ min: at("2020-01-01"), max: at("2030-01-01") }),
        (timeZone, kind, nowMs) => {
          const window = windowAt({ kind, timeZone }, nowMs);
          const endMs = (window.endsAtSec ?? 0) * 1000;
          expect(window.slotSec * 1000).toBeLessThanOrEqual(nowMs);
          expect(endMs).toBeGreaterThan(nowMs);
          expect(windowAt({ kind, timeZone }, endMs).slotSec).toBe(window.endsAtSec);
          expect(windowAt({ kind, timeZone }, endMs - 1).slotSec).toBe(window.slotSec);
        },
      ),
    );
  });
});

describe("rolling windows", () => {
  it("hold at least what they say, and at most one step more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 366 * 86_400 }),
        fc.integer({ min: 0, max: 2 ** 41 }),
        (seconds, nowMs) => {
          const { slotSec, oldestSec, stepSec } = windowAt({ kind: "rolling", seconds }, nowMs);
          const nowSec = nowMs / 1000;
          expect(slotSec).toBeLessThanOrEqual(nowSec);
          expect(oldestSec).toBeLessThanOrEqual(nowSec - seconds);
          expect(oldestSec).toBeGreaterThan(nowSec - seconds - 2 * stepSec);
          expect(stepSec).toBeLessThanOrEqual(Math.ceil(seconds / 60));
        },
      ),
    );
  });
});

describe("the forecast", () => {
  const hour = 3_600_000_000;
  const day = 24 * hour;
  const pace = { spent: 50, used: 50, limit: 100, sinceUs: 0, nowUs: 6 * hour, resetsAtUs: day };

  it("says when the limit is reached at the pace so far", () => {
    expect(forecast(pace)).toBe(12 * hour);
    expect(forecast({ ...pace, used: 25 })).toBe(18 * hour);
  });

  it("says nothing of what resets first, has no pace, or was hardly seen", () => {
    expect(forecast({ ...pace, used: 10 })).toBeNull();
    expect(forecast({ ...pace, used: 10, resetsAtUs: null })).toBe(36 * hour);
    expect(forecast({ ...pace, used: 0 })).toBeNull();
    expect(forecast({ ...pace, sinceUs: 6 * hour - 1_000_000 })).toBeNull();
  });

  it("is now where the limit is reached", () => {
    expect(forecast({ ...pace, spent: 100 })).toBe(6 * hour);
  });
});
