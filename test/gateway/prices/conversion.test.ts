import { readFileSync } from "node:fs";
import { waitForUpdate } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideHalfEven, multiplyHalfEven, scaleDecimal } from "../../../src-gateway/lib/decimal.ts";
import { usdOfMicros, usdOfNano } from "../../../src-gateway/lib/usd.ts";
import { GENAI_PRICES_VERSION } from "../../../src-gateway/prices/bundled-prices.ts";
import { checkGenaiData } from "../../../src-gateway/prices/check-genai-data.ts";
import { microsPerMillion, readWindows } from "../../../src-gateway/prices/genai-data.ts";
import { projectRoot } from "../../tidy/project-files.ts";
import { bundled } from "./price-book.ts";

const providers = checkGenaiData(await waitForUpdate());
const models = providers.flatMap((provider) => provider.models.map((model) => ({ provider: provider.id, model })));
const PER: Readonly<Record<string, number>> = { mtok: 1_000_000, kcount: 1_000, hours: 3_600, kpages: 1_000 };

describe("the prices that come with the program", () => {
  it("are of the package that is installed", () => {
    const path = `${projectRoot}/node_modules/@pydantic/genai-prices/package.json`;
    expect((JSON.parse(readFileSync(path, "utf8")) as { version: string }).version).toBe(GENAI_PRICES_VERSION);
  });

  it("lose at most a micro-USD per million when they become whole, and nothing where six places suffice", () => {
    let looked = 0;
    for (const { model } of models) {
      const windows = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
      for (const { prices } of windows) {
        for (const [key, price] of Object.entries(prices)) {
          const per = PER[key.slice(key.lastIndexOf("_") + 1)];
          if (price === undefined || per === undefined) continue;
          const values = typeof price === "number" ? [price] : [price.base, ...price.tiers.map((tier) => tier.price)];
          for (const usd of values) {
            const micros = microsPerMillion(usd, BigInt(per)) ?? Number.NaN;
            const exact = (usd * 1e12) / per;
            expect(Number.isSafeInteger(micros)).toBe(true);
            // The second bound is what binary numbers cannot tell apart.
            expect(Math.abs(micros - exact)).toBeLessThanOrEqual(Math.max(0.5, exact * 1e-15) + 1e-6);
            const isShort = per === 1_000_000 && /^\d+(?:\.\d{1,6})?$/.test(String(usd));
            expect(isShort ? micros / 1e6 : usd).toBe(usd);
            looked++;
          }
        }
      }
    }
    expect(looked).toBeGreaterThan(3_500);
  });

  it("have windows of which the last one always holds, and tiers that rise", () => {
    expect(models.length).toBe(bundled.rows().length);
    for (const { model } of models) {
      const windows = readWindows(model);
      expect(windows.at(-1)).toMatchObject({ fromMs: null, secondsOfDay: null });
      for (const { tiers } of windows) {
        const thresholds = tiers.map(({ aboveTokens }) => aboveTokens);
        expect(thresholds).toEqual([...new Set(thresholds)].toSorted((a, b) => a - b));
      }
    }
  });
});

describe("whole numbers of decimals", () => {
  it("round a half to the even one", () => {
    const rounded = (value: string): number | null => scaleDecimal(value, 1n);
    expect(["0.5", "1.5", "2.5", "2.5000001", "2.4999999"].map(rounded)).toEqual([0, 2, 2, 3, 2]);
    expect([-5n, -3n, -1n, 1n, 3n, 5n].map((half) => divideHalfEven(half, 2n))).toEqual([-2n, -2n, 0n, 0n, 2n, 2n]);
  });

  it("take numbers as they were written", () => {
    expect(scaleDecimal(0.1 + 0.2, 10n ** 17n)).toBeNull();
    expect(scaleDecimal(0.075, 1_000_000n)).toBe(75_000);
    expect(scaleDecimal(1e-7, 10n ** 7n)).toBe(1);
    expect(scaleDecimal("1e3", 1n)).toBe(1000);
    for (const none of ["", "-1", "1,5", ".5", "5.", "0x10", "NaN", "1e999", "9".repeat(30)])
      expect(scaleDecimal(none, 1n)).toBeNull();
  });

  it("multiply as with unlimited digits", () => {
    const amount = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 2 ** 32 }), (a, b) => {
        const exact = Number(divideHalfEven(BigInt(a) * BigInt(b), 1000n));
        expect(multiplyHalfEven(a, b, 1000)).toBe(exact);
      }),
    );
  });
});

describe("money in words", () => {
  it("shows what is there, and at least cents", () => {
    expect([0, 1, 12_500_000_000, -36_000_000, 1_234_567_890_123].map(usdOfNano)).toEqual([
      "$0.00",
      "$0.000000001",
      "$12.50",
      "-$0.036",
      "$1,234.567890123",
    ]);
    expect([3_000_000, 75_000, 3_625].map(usdOfMicros)).toEqual(["$3.00", "$0.075", "$0.003625"]);
  });
});
