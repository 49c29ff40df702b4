/** The sums per hour and day give what counting the rows gives, whatever was recorded and whatever is asked. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { USAGE_DIMENSIONS, type UsageQuery, type UsageSum } from "../../../src-gateway/ledger/types.ts";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

const count = fc.integer({ min: 0, max: 1_000_000 });
const anyOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const anyExchange: fc.Arbitrary<ExchangeRecord> = fc
  .record({
    atUs: fc.integer({ min: 0, max: 4 * DAY_US }),
    userId: anyOf(null, 1, 2),
    apiKeyId: anyOf(null, 1, 2),
    agent: anyOf(null, "codex", "claude-code"),
    project: anyOf(null, "a", "b"),
    gitBranch: anyOf(null, "main", "it's"),
    modelRouted: anyOf(null, "m", "n"),
    provider: anyOf(null, "one", "two"),
    outcome: anyOf("completed" as const, "failed" as const, "client_aborted" as const),
    inputUncached: count,
    output: count,
    cost: fc.option(fc.record({ nano: count, priceId: anyOf(1, 2), price: fc.constant({}) })),
    usageSource: anyOf("provider" as const, "none" as const),
    firstTokenUs: fc.option(count),
  })
  .map(({ atUs, inputUncached, output, ...record }) =>
    completedRecord(FIRST_ID - (FIRST_ID % DAY_US) + atUs, {
      ...record,
      usage: { ...completedRecord(1).usage, inputUncached, output },
    }),
  );

const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 4 * DAY_US }),
  fc.integer({ min: 0, max: 96 }).map((hours) => hours * HOUR_US),
);
const anyQuery: fc.Arbitrary<UsageQuery> = fc
  .record({
    span: fc.option(fc.tuple(anyTime, anyTime)),
    userId: fc.option(anyOf(1, 2), { nil: undefined }),
    apiKeyId: fc.option(anyOf(1, 2), { nil: undefined }),
  })
  .map(({ span, userId, apiKeyId }) => {
    const start = FIRST_ID - (FIRST_ID % DAY_US);
    const times = span === null ? null : [Math.min(...span), Math.max(...span)];
    return {
      ...(times === null ? {} : { fromUs: start + (times[0] ?? 0), toUs: start + (times[1] ?? 0) }),
      ...(userId === undefined ? {} : { userId }),
      ...(apiKeyId === undefined ? {} : { apiKeyId }),
    };
  });

/** The same by hand. */
function counted(records: readonly ExchangeRecord[], query: UsageQuery): Partial<UsageSum> {
  const own = records.filter(
    ({ id, userId, apiKeyId }) =>
      id >= (query.fromUs ?? 0) &&
      id < (query.toUs ?? Number.MAX_SAFE_INTEGER) &&
      (query.userId === undefined || query.userId === userId) &&
      (query.apiKeyId === undefined || query.apiKeyId === apiKeyId),
  );
  const sum = (value: (record: ExchangeRecord) => number): number =>
    own.reduce((total, record) => total + value(record), 0);
  return {
    requests: own.length,
    failures: sum(({ outcome }) => (outcome === "completed" ? 0 : 1)),
    costNano: sum(({ cost }) => cost?.nano ?? 0),
    unpriced: sum(({ cost, usageSource }) => (cost === null && usageSource !== "none" ? 1 : 0)),
    usage: {
      ...completedRecord(1).usage,
      ...Object.fromEntries(
        Object.keys(completedRecord(1).usage).map((name) => [
          name,
          sum(({ usage }) => usage[name as keyof typeof usage]),
        ]),
      ),
    },
  };
}

describeOnBothDatabases("sums per hour and day", (database) => {
  it("say the same as the rows, for any span, user, key and dimension", async () => {
    const records = fc.sample(anyExchange, 400);
    const unique = [...new Map(records.map((record) => [record.id, record])).values()];
    const store = await database.open();
    const writer = createExchangeWriter({
      store,
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    for (const record of unique) writer.close(record);
    await writer.stop();
    const reports = createUsageReports(store);
    for (const query of fc.sample(anyQuery, 60)) {
      const wanted = counted(unique, query);
      expect(await reports.total(query), `asked for ${JSON.stringify(query)}`).toMatchObject(wanted);
      for (const groupBy of USAGE_DIMENSIONS) {
        const groups = await reports.breakdown({ ...query, groupBy });
        const sum = (value: (group: UsageSum) => number): number =>
          groups.reduce((all, group) => all + value(group), 0);
        const names = new Set(groups.map(({ group }) => group)).size;
        expect(
          [sum(({ requests }) => requests), sum(({ costNano }) => costNano), names],
          `${groupBy} ${JSON.stringify(query)}`,
        ).toEqual([wanted.requests, wanted.costNano, groups.length]);
      }
    }
  });

  it("tell percentiles within a few per cent", async () => {
    const store = await database.open();
    const writer = createExchangeWriter({
      store,
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    for (let n = 1; n <= 1_000; n++) writer.close(completedRecord(FIRST_ID + n, { firstTokenUs: n * 1_000 }));
    await writer.stop();
    const [first] = await createUsageReports(store).latencies({ groupBy: "all", metric: "first-token-us" });
    expect(first?.count).toBe(1_000);
    for (const [found, exact] of [
      [first?.p50, 500_000],
      [first?.p90, 900_000],
      [first?.p99, 990_000],
    ] as const)
      expect(Math.abs((found ?? 0) / exact - 1)).toBeLessThan(0.1);
  });
});
