import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Usage } from "../../../src-gateway/ir/usage.ts";
import { appliedPrice } from "../../../src-gateway/prices/applied-price.ts";
import { costLines, costOf } from "../../../src-gateway/prices/cost.ts";
import { type ExtraCounts, PRICE_PARTS, type UnitPrices } from "../../../src-gateway/prices/types.ts";

const tokens = fc.integer({ min: 0, max: 3_000_000 });
const few = fc.integer({ min: 0, max: 500 });
const usageOf = fc
  .record({
    inputUncached: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    output: tokens,
    reasoning: tokens,
    audioInput: tokens,
    audioOutput: tokens,
  })
  .map((usage): Usage => ({ ...usage, reasoning: Math.min(usage.reasoning, usage.output) }));
const counts: fc.Arbitrary<ExtraCounts> = fc.record({
  imageInputTokens: tokens,
  imageOutputTokens: tokens,
  requests: few,
  images: few,
  webSearches: few,
  fileSearches: few,
  audioSeconds: few,
  pages: few,
});
const micros = fc.integer({ min: 0, max: 1_000_000_000 });
const every = fc.record(Object.fromEntries(PRICE_PARTS.map((part) => [part, micros]))) as fc.Arbitrary<UnitPrices>;
/** Any of them left out, but for the two that every list has. */
const some = fc.record(Object.fromEntries(PRICE_PARTS.map((part) => [part, micros])), {
  requiredKeys: ["input", "output"],
}) as fc.Arbitrary<UnitPrices>;

const TERMS = {
  billing: "metered" as const,
  priceProvider: "p",
  priceModel: "m",
  source: "s",
  since: null,
  hours: null,
  aboveTokens: null,
  note: null,
};
const priced = (prices: UnitPrices) => appliedPrice(TERMS, prices, []);

describe("a cost", () => {
  it("is the sum of its parts, each a whole number and none negative, and counts every token once", () => {
    fc.assert(
      fc.property(usageOf, every, counts, (usage, prices, more) => {
        const applied = priced(prices);
        const cost = costOf(usage, applied, more);
        const parts = Object.values(cost?.parts ?? {});
        expect(cost?.totalNano).toBe(parts.reduce((sum, nano) => sum + nano, 0));
        expect(parts.every((nano) => Number.isSafeInteger(nano) && nano >= 0)).toBe(true);
        const lines = costLines(usage, applied, more) ?? [];
        const counted = (...names: string[]): number =>
          lines.filter(({ part }) => names.includes(part)).reduce((sum, { count }) => sum + count, 0);
        expect(counted("output", "reasoning", "audioOutput", "imageOutput")).toBe(usage.output);
        expect(counted("input", "audioInput", "imageInput")).toBe(usage.inputUncached);
        expect(counted("cacheRead", "audioCacheRead")).toBe(usage.cacheRead);
      }),
    );
  });

  it("does not fall when more of anything is used", () => {
    const bucket = fc.constantFrom("inputUncached", "cacheRead", "cacheWrite5m", "cacheWrite1h", "output");
    fc.assert(
      fc.property(usageOf, some, bucket, tokens, (drawn, prices, name, added) => {
        // Which tokens were audio or reasoning is another question: they only move between parts.
        const usage = { ...drawn, audioInput: 0, audioOutput: 0, reasoning: 0 };
        const applied = priced(prices);
        const less = costOf(usage, applied)?.totalNano ?? Number.NaN;
        const more = costOf(
          { ...usage, [name as keyof Usage]: usage[name as keyof Usage] + added },
          applied,
        )?.totalNano;
        expect(more).toBeGreaterThanOrEqual(less);
      }),
    );
  });

  it("is unknown as soon as something was used that has no price, and never nothing", () => {
    fc.assert(
      fc.property(usageOf, micros, (usage, price) => {
        const isWithoutOutput = costOf({ ...usage, output: usage.output + 1 }, priced({ input: price }));
        expect(isWithoutOutput).toBeNull();
        expect(costOf({ ...usage, inputUncached: usage.inputUncached + 1 }, priced({ output: price }))).toBeNull();
        expect(costOf(usage, priced({ input: price, output: price }), { images: 1 })).toBeNull();
      }),
    );
  });

  it("has the same digest exactly when the price is the same", () => {
    fc.assert(
      fc.property(some, some, (one, other) => {
        const [a, b] = [priced(one), priced(other)];
        expect(priced({ ...one }).digest).toBe(a.digest);
        expect(a.digest === b.digest).toBe(JSON.stringify(a.unitPrices) === JSON.stringify(b.unitPrices));
      }),
    );
    const names = Object.keys(priced({ output: 1, input: 2 }).unitPrices);
    expect(priced({ output: 1, input: 2 }).digest).toBe(priced({ input: 2, output: 1 }).digest);
    expect(names.slice(0, 2)).toEqual(["input", "cacheRead"]);
  });
});
