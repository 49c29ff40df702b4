import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, duration } from "../../../src-gateway/cli/format.ts";
import { parseMoment, parseSpan } from "../../../src-gateway/cli/parse-time.ts";

describe("a span of time", () => {
  it.each([
    ["720h", 720 * 3_600_000],
    ["30d", 30 * 86_400_000],
    ["1h30m", 5_400_000],
    ["90s", 90_000],
    ["2w", 14 * 86_400_000],
  ])("%s", (text, milliseconds) => {
    expect(parseSpan(text)).toBe(milliseconds);
  });

  it.each([
    "",
    "0h",
    "h",
    "5",
    "-1h",
    "1.5h",
    "1 h",
    "1h 30m",
    "1y",
    "99999999999999h",
    "1e9h",
  ])("is not %j", (text) => {
    expect(() => parseSpan(text)).toThrow(/Write it like|longer than/);
  });

  it("is a whole number or refused, whatever is written", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\dsmhdw]{0,12}$/)), (text) => {
        let parsed = 1;
        try {
          parsed = parseSpan(text);
        } catch {
          // Refused.
        }
        expect(Number.isSafeInteger(parsed) && parsed > 0).toBe(true);
      }),
    );
  });
});

describe("a moment", () => {
  it("is so long ago, or a date of local time", () => {
    const nowUs = Date.now() * 1000;
    expect(Math.abs(nowUs - parseMoment("24h") - 86_400_000_000)).toBeLessThan(60_000_000);
    expect(parseMoment("2026-11-01")).toBe(new Date(2026, 10, 1).getTime() * 1000);
    expect(parseMoment("2026-11-01T12:30Z")).toBe(Date.UTC(2026, 10, 1, 12, 30) * 1000);
    expect(parseMoment("999999999d")).toBe(0);
  });

  it.each(["", "yesterday", "2026", "11-01", "2026-13-01", "2026-11-01x"])("is not %j", (text) => {
    expect(() => parseMoment(text)).toThrow("Write it like");
  });
});

describe("values in words", () => {
  it("are short", () => {
    expect([0, 999, 1_000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect([null, 400, 12_300, 999_400, 1_500_000, 99_900_000, 3_600_000_000].map(duration)).toEqual([
      "–",
      "0 ms",
      "12 ms",
      "999 ms",
      "1.5 s",
      "99.9 s",
      "3,600 s",
    ]);
  });
});
