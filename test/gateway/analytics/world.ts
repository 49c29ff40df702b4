/** A ledger, a feeder with short breaths, and a look into the table. */
import { createClient } from "@clickhouse/client";
import { openClickHouse } from "../../../src-gateway/analytics/clickhouse.ts";
import { createFeeder } from "../../../src-gateway/analytics/feeder.ts";
import type { AnalyticsFeeder, AnalyticsTarget } from "../../../src-gateway/analytics/types.ts";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { appendCorrections, beginLedgerRun } from "../../../src-gateway/store/cost-corrections.ts";
import { createGroupWriter } from "../../../src-gateway/store/group-writer.ts";
import { recoverInterrupted } from "../../../src-gateway/store/instances.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";
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
  let lastRun = 0;
  const write = async (records: ExchangeRecord[]): Promise<void> => {
    const groups = createGroupWriter(store, () => Promise.reject(new Error("a row was refused")));
    await groups.write(
      records.map((record) => ({ instanceId: lastRun, record })),
      () => {},
    );
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
    /** @returns the ids of so many exchanges that were open when their run ended without a word. */
    async interrupt(count: number, from: number): Promise<number[]> {
      const ids = Array.from({ length: count }, (_, n) => from + n);
      lastRun = await beginLedgerRun(store, systemClock, "test");
      await write(ids.map((id) => openRecord(id)));
      await store.db
        .updateTable("instances")
        .set({ stopped_at: null, heartbeat_at: 0, host: "another machine" })
        .where("id", "=", lastRun)
        .execute();
      await recoverInterrupted(store, systemClock);
      return ids;
    },
    /** The run that was interrupted last closes them after all. */
    async goOn(ids: readonly number[]): Promise<void> {
      const alive = { stopped_at: null, heartbeat_at: systemClock.nowUs() };
      await store.db.updateTable("instances").set(alive).where("id", "=", lastRun).execute();
      await write(ids.map((id) => completedRecord(id)));
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
