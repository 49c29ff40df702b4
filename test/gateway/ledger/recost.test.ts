/** Pricing anew adds corrections, once, and everything that sums up follows. */
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";
import { readCostHistory } from "../../../src-gateway/ledger/cost-history.ts";
import { recost } from "../../../src-gateway/ledger/recost.ts";
import type { RecostOptions, RecostQuery, RecostReport } from "../../../src-gateway/ledger/recost-types.ts";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { verifyLedger } from "../../../src-gateway/ledger/verify-ledger.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { costLines, costOf } from "../../../src-gateway/prices/cost.ts";
import { explainCost } from "../../../src-gateway/prices/explain-cost.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { bookOf, fillLedger, TEST_PRICES, type TestPrices } from "../../support/filled-ledger.ts";

const MINUTE_US = 60_000_000;
const words = { lines: costLines, explain: explainCost };
const DEARER: TestPrices = {
  "claude-sonnet-4-5": { input: 6_000_000, output: 15_000_000 },
  "new-model": { input: 1_000_000, output: 2_000_000 },
};

describeOnBothDatabases("pricing anew", (database) => {
  let store: Store;
  const atUs = (n: number): number => FIRST_ID + n * MINUTE_US;
  const models = ["claude-sonnet-4-5", "gpt-5", "new-model"] as const;

  beforeEach(async () => {
    store = await database.open();
    await store.db
      .insertInto("instances")
      .values({ host: "here", pid: 1, started_at: 1, heartbeat_at: 1, stopped_at: 1 })
      .execute();
    await fillLedger(
      store,
      Array.from({ length: 900 }, (_, n) => ({
        id: atUs(n),
        provider: n % 3 === 1 ? "openai" : "anthropic",
        modelRouted: models[n % 3] ?? null,
        modelServed: null,
        usage: { ...NO_USAGE, inputUncached: 1_000, output: 100 },
        usageSource: n === 8 ? ("none" as const) : ("provider" as const),
      })),
    );
  });

  const run = (
    query: RecostQuery = {},
    changes: Partial<RecostOptions> & { prices?: TestPrices; version?: string } = {},
  ): Promise<RecostReport> => {
    const { prices = DEARER, version = "test prices 2", ...options } = changes;
    const deps = { store, clock: systemClock, book: bookOf(prices, version), costOf };
    return recost(deps, query, { apply: true, reason: "prices changed", by: "ann", ...options });
  };
  const total = () => createUsageReports(store).total({});

  it("first says what would change, and changes nothing", async () => {
    const before = await total();
    const report = await run({}, { apply: false });
    // Of 900, a third became dearer, a third has lost its price and keeps it, a third got one, but for what used nothing.
    expect(report).toMatchObject({ applied: false, looked: 899, changed: 599, nowPriced: 299, priceGone: 300 });
    expect(report.deltaNano).toBe(300 * 3_000_000 + 299 * 1_200_000);
    expect(report.sums).toEqual([
      {
        provider: "anthropic",
        model: "claude-sonnet-4-5",
        changed: 300,
        wasNano: 1_350_000_000,
        isNano: 2_250_000_000,
        nowPriced: 0,
      },
      { provider: "anthropic", model: "new-model", changed: 299, wasNano: 0, isNano: 358_800_000, nowPriced: 299 },
    ]);
    expect(await total()).toEqual(before);
  });

  it("corrects once, and sums, reports and chain follow", async () => {
    const before = await total();
    const report = await run();
    const after = await total();
    expect(after.costNano - before.costNano).toBe(report.deltaNano);
    expect([before.unpriced, after.unpriced]).toEqual([299, 0]);
    expect(await run()).toMatchObject({ looked: 899, changed: 0, deltaNano: 0 });
    expect(await verifyLedger(store)).toMatchObject({ isIntact: true, corrections: 599, chains: 2 });
    expect((await run({}, { prices: TEST_PRICES })).deltaNano).toBe(-300 * 3_000_000);
    expect(await verifyLedger(store)).toMatchObject({ isIntact: true, corrections: 899 });
  });

  it("keeps to the time, the provider and the model that it is given", async () => {
    expect(await run({ fromUs: atUs(30), toUs: atUs(60) }, { apply: false })).toMatchObject({
      looked: 30,
      changed: 20,
    });
    expect(await run({ provider: "openai" }, { apply: false })).toMatchObject({
      looked: 300,
      changed: 0,
      priceGone: 300,
    });
    expect(await run({ model: "new-model" }, { apply: false })).toMatchObject({ looked: 299, changed: 299 });
  });

  it("does not add a difference twice when two do it at once", async () => {
    const [one, two] = await Promise.all([run(), run()]);
    expect(one.changed + two.changed).toBe(599);
    expect(await verifyLedger(store)).toMatchObject({ isIntact: true, corrections: 599 });
  });

  it("goes on writing exchanges meanwhile", async () => {
    const [report] = await Promise.all([
      run(),
      fillLedger(
        store,
        Array.from({ length: 200 }, (_, n) => ({ id: atUs(n) + 7 })),
        { instanceId: 1 },
      ),
    ]);
    expect(report.changed).toBeGreaterThanOrEqual(599);
    await run();
    expect(await verifyLedger(store)).toMatchObject({ isIntact: true, exchanges: 1_100 });
  });

  it("tells why a request cost what it did, then and now", async () => {
    await run();
    const history = await readCostHistory(store, atUs(0), words);
    expect(history?.costNano).toBe(7_500_000);
    expect(
      history?.steps.map(({ costNano, deltaNano, reason, madeBy }) => [costNano, deltaNano, reason, madeBy]),
    ).toEqual([
      [4_500_000, 4_500_000, null, null],
      [7_500_000, 3_000_000, "prices changed", "ann"],
    ]);
    for (const { lines, costNano, price } of history?.steps ?? []) {
      expect(lines.reduce((sum, { nano }) => sum + nano, 0)).toBe(costNano);
      expect(price?.source).toMatch(/^test prices [12]$/);
    }
    const unpriced = await readCostHistory(store, atUs(2), words);
    expect(unpriced?.steps[0]).toMatchObject({ costNano: null, price: null, lines: [], words: [] });
    expect(await readCostHistory(store, 5, words)).toBeNull();
  });

  it("adds up, whatever prices come and go", async () => {
    const price = fc.record({
      input: fc.integer({ min: 0, max: 99_000_000 }),
      output: fc.integer({ min: 0, max: 99_000_000 }),
    });
    const books = fc.array(fc.dictionary(fc.constantFrom(...models), price), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(books, async (all) => {
        for (const [n, prices] of all.entries()) {
          const before = await total();
          const { deltaNano, nowPriced } = await run({ toUs: atUs(90) }, { prices, version: `any ${n}` });
          const after = await total();
          expect(after.costNano).toBe(before.costNano + deltaNano);
          expect(after.unpriced).toBe(before.unpriced - nowPriced);
        }
        expect((await verifyLedger(store)).findings).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });
});
