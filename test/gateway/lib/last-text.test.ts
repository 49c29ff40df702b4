import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LastText, numberText } from "../../../src-gateway/lib/last-text.ts";

const value = fc.oneof(fc.constantFrom("a", "b", null, true, 0, -0, Number.NaN), fc.string(), fc.double());

describe("the text of values that mostly stay", () => {
  it("is that of the values, whatever the ones before were", () => {
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 3 })), (lists) => {
        const last = new LastText();
        for (const list of lists) expect(`["first"${last.of(list)}]`).toBe(JSON.stringify(["first", ...list]));
      }),
    );
  });
});

describe("the text of a number", () => {
  it("is that of JSON", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(null, -0, 1e21, Infinity)), (number) => {
        expect(numberText(number)).toBe(`,${JSON.stringify(number)}`);
      }),
    );
  });
});
