/** A ledger, a feeder with short breaths, and a look into the table. */
import { createClient } from "@clickhouse/client";
import { openClickHouse } from "../../../src-gateway/analytics/clickhouse.ts";
import { createFeeder } from "../../../src-gateway/analytics/feeder.ts";
import type { AnalyticsFeeder, AnalyticsTarget } from "../../../src-gateway/analytics/types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { appendCorrections, beginLedgerRun } from "../../../src-gateway/store/cost-corrections.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { fillLedger } from "../../support/filled-ledger.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { until } from "../../support/until.ts";

export type TableRow = Record<string, unknown>;
export type Wrap = (target: AnalyticsTarget) => AnalyticsTarget;

let tables = 0;

export function createWorld(store: Store, url: string) {
  const table = `ledger_copy_${process.pid}_${++tables}`;
  const log = recordingLogger();
  const feeders: AnalyticsFeeder[] = [];
  const read = async (query: string): Promise<TableRow[]> => {
    const client = createClient({ url });
    try {
      return await (await client.query({ query, format: "JSONEachRow" })).json<TableRow>();
    } finally {
      await client.close();
    }
  };
  return {
    table,
    log,
    feed(wrap: Wrap = (target) => target, timeoutMs = 10_000): AnalyticsFeeder {
      const feeder = createFeeder({
        store,
        open: async () => wrap(await openClickHouse({ url, table, timeoutMs })),
        clock: systemClock,
        schedule: (callback) => {
          const timer = setTimeout(callback, 2);
          return () => clearTimeout(timer);
        },
        random: () => 0,
        log,
        explain: (error) => (error instanceof Error ? error.message : String(error)),
        sizes: { pageEntries: 3, batchRows: 5 },
      });
      feeders.push(feeder);
      feeder.start();
      return feeder;
    },
    /** Every row that was stored, duplicates included. */
    stored: () => read(`SELECT * FROM ${table} ORDER BY id, version`),
    /** What a reader sees. */
    seen: () => read(`SELECT * FROM ${table} FINAL ORDER BY id, version`),
    begin: () => beginLedgerRun(store, systemClock, "test"),
    /** @returns the ids of so many closed exchanges in a run of their own. */
    async close(count: number, from = FIRST_ID): Promise<number[]> {
      const ids = Array.from({ length: count }, (_, n) => from + n);
      const instanceId = await beginLedgerRun(store, systemClock, "test");
      await fillLedger(
        store,
        ids.map((id) => ({ id })),
        { instanceId },
      );
      return ids;
    },
    async correct(id: number, costNano: number): Promise<void> {
      const exchange = await store.db
        .selectFrom("exchanges")
        .selectAll()
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      const runId = await beginLedgerRun(store, systemClock, "recost");
      const correction = { exchange, priceId: null, price: null, costNano, deltaNano: 0, unpricedDelta: 0 };
      await store.db
        .transaction()
        .execute((db) =>
          appendCorrections(db, store.dialect, systemClock, { runId, reason: "better known", madeBy: "test" }, [
            correction,
          ]),
        );
    },
    async stop(): Promise<void> {
      await Promise.all(feeders.splice(0).map((feeder) => feeder.stop()));
    },
  };
}

export type World = ReturnType<typeof createWorld>;

export const idsOf = (rows: readonly TableRow[]): number[] => rows.map((row) => Number(row["id"]));

export const isFed = (feeder: AnalyticsFeeder): Promise<void> =>
  until(() => feeder.state().is === "feeding" && feeder.state().behind === 0);
