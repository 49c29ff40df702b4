import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openClickHouse } from "../../../src-gateway/analytics/clickhouse.ts";
import { createFeeder } from "../../../src-gateway/analytics/feeder.ts";
import type { AnalyticsFeeder, AnalyticsTarget } from "../../../src-gateway/analytics/types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { appendCorrections, beginLedgerRun } from "../../../src-gateway/store/cost-corrections.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { type FakeClickHouse, startFakeClickHouse } from "../../fakes/clickhouse.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { fillLedger } from "../../support/filled-ledger.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { until } from "../../support/until.ts";

const TABLE = "ledger_copy";

describeOnBothDatabases("feeding ClickHouse's interface", (database) => {
  let server: FakeClickHouse;
  let store: Store;
  let log: ReturnType<typeof recordingLogger>;
  const feeders: AnalyticsFeeder[] = [];

  beforeEach(async () => {
    server = await startFakeClickHouse();
    store = await database.open();
    log = recordingLogger();
  });
  afterEach(async () => {
    server.faults.length = 0;
    server.release();
    await Promise.all(feeders.splice(0).map((feeder) => feeder.stop()));
    await server.stop();
  });

  const run = (): Promise<number> => beginLedgerRun(store, systemClock, "test");
  const feed = (wrap: (target: AnalyticsTarget) => AnalyticsTarget = (target) => target): AnalyticsFeeder => {
    const feeder = createFeeder({
      store,
      open: async () => wrap(await openClickHouse({ url: server.url, table: TABLE, timeoutMs: 2_000 })),
      clock: systemClock,
      schedule: (callback) => {
        const timer = setTimeout(callback, 2);
        return () => clearTimeout(timer);
      },
      random: () => 0,
      log,
      explain: (error) => String(error),
      sizes: { pageEntries: 3, batchRows: 5 },
    });
    feeders.push(feeder);
    feeder.start();
    return feeder;
  };
  const read = async (final: boolean): Promise<Record<string, unknown>[]> => {
    const { createClient } = await import("@clickhouse/client");
    const client = createClient({ url: server.url });
    const query = `SELECT * FROM ${TABLE}${final ? " FINAL" : ""} ORDER BY id, version`;
    const rows = await (await client.query({ query, format: "JSONEachRow" })).json<Record<string, unknown>>();
    await client.close();
    return rows;
  };
  const ids = (rows: Record<string, unknown>[]): number[] => rows.map((row) => Number(row["id"]));
  const isFed = (feeder: AnalyticsFeeder): Promise<void> =>
    until(() => feeder.state().is === "feeding" && feeder.state().behind === 0);
  const some = (count: number, from = FIRST_ID): { id: number }[] =>
    Array.from({ length: count }, (_, n) => ({ id: from + n }));

  it("sends every closed exchange of every run once", async () => {
    const [first, second] = [await run(), await run()];
    await fillLedger(store, some(13), { instanceId: first });
    await fillLedger(store, some(4, FIRST_ID + 100), { instanceId: second });
    const feeder = feed();
    await isFed(feeder);
    const rows = await read(false);
    expect(ids(rows)).toEqual([...some(13), ...some(4, FIRST_ID + 100)].map(({ id }) => id));
    expect(rows.map(({ instance }) => Number(instance))).toEqual([...Array(13).fill(first), ...Array(4).fill(second)]);
    expect(rows.every(({ cost_nano: nano }) => Number(nano) > 0)).toBe(true);
    // Later ones follow, and what was there is not sent again.
    await fillLedger(store, some(2, FIRST_ID + 200), { instanceId: await run() });
    await until(() => server.inserts.flat().length === 19);
  });
});
