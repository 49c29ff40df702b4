/** A database that was filled before there were sums gives the same reports as one that had them from the beginning. */
import { type Kysely, sql } from "kysely";
import { expect, it } from "vitest";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { verifyLedger } from "../../../src-gateway/ledger/verify-ledger.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, type TestDatabase } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";
import { empty, fillOldDatabase, insertOldRows } from "../../support/old-database.ts";
import { connectPlainly } from "../../support/plain-connection.ts";
import { toSingleEntries } from "../../support/single-entries.ts";

const HOUR_US = 3_600_000_000;

const BEFORE_MONEY = "0004-joins-and-prefixes";

describeOnBothDatabases("a database of before there was money", (database) => {
  it("gets the sums that its rows would have made", async () => {
    const store = await database.open();
    await fill(store);
    const sums = await allSums(database);
    const total = await createUsageReports(store).total({});
    const rows = await store.db.selectFrom("exchanges").selectAll().execute();
    await empty(database, store);
    await fillOldDatabase(database, BEFORE_MONEY, (old) => insertOldRows(old, rows));
    const migrated = await database.open();
    expect(await allSums(database)).toEqual(sums);
    expect(await createUsageReports(migrated).total({})).toEqual(total);
    expect(total.requests).toBe(63);
  });

  it("remembers where its chain begins", async () => {
    const chainFrom = async (store: Store): Promise<unknown> =>
      store.db.selectFrom("facts").select("value").where("name", "=", "ledger_chain_from").execute();
    const store = await database.open();
    expect(await chainFrom(store)).toEqual([{ value: "0" }]);
    await fill(store);
    const rows = await store.db.selectFrom("exchanges").selectAll().execute();
    await empty(database, store);
    await fillOldDatabase(database, BEFORE_MONEY, (old) => insertOldRows(old, rows));
    expect(await chainFrom(await database.open())).toEqual([{ value: String(FIRST_ID + 62 * HOUR_US) }]);
  });
});

describeOnBothDatabases("a database of before its rows were lean", (database) => {
  it("keeps its exchanges, its sums and its chain", async () => {
    const source = await database.open();
    await fill(source);
    await toSingleEntries(source);
    const found = [await everyExchange(source), await chainOf(source), await allSums(database)];
    const rows = new Map<string, object[]>();
    for (const [table, from] of OLD_TABLES) {
      const all = await sql<object>`select * from ${sql.table(from)}`.execute(source.db);
      rows.set(table, all.rows);
    }
    await empty(database, source);
    await fillOldDatabase(database, "0018-notices", async (old) => {
      for (const [table, all] of rows) {
        const into = (old.db as unknown as Kysely<Record<string, object>>).insertInto(table);
        for (const row of all) await into.values(row).execute();
      }
    });
    const store = await database.open();
    expect([await everyExchange(store), await chainOf(store), await allSums(database)]).toEqual(found);
    expect(await chainOf(store)).toHaveLength(63);
    expect((await verifyLedger(store)).findings).toEqual([]);
  });
});

/** What they held stands today in these. */
const OLD_TABLES = [
  ["names", "names"],
  ["exchange_rows", "exchange_numbers"],
  ["usage_hours", "usage_hours"],
  ["usage_days", "usage_days"],
  ["latency_days", "latency_days"],
  ["ledger_chain", "ledger_chain"],
] as const;

const everyExchange = (store: Store): Promise<unknown> =>
  store.db.selectFrom("exchanges").selectAll().orderBy("id").execute();

async function chainOf(store: Store): Promise<unknown[]> {
  const { rows } = await sql<{ hash: Uint8Array }>`select * from ledger_chain order by instance_id, place`.execute(
    store.db,
  );
  return rows.map(({ hash, ...entry }) => ({ ...entry, hash: Buffer.from(hash).toString("hex") }));
}

/** Nothing has a price, as nothing had then. */
async function fill(store: Store): Promise<void> {
  const writer = createExchangeWriter({ store, instanceId: 1, clock: systemClock, log: silentLogger, spillFile: null });
  for (let n = 0; n < 60; n++) {
    const usage = { ...completedRecord(1).usage, inputUncached: n * 7, output: 2 ** (n % 12) };
    const changes = {
      usage,
      userId: n % 3 === 0 ? null : n % 3,
      apiKeyId: n % 4 === 0 ? null : n % 4,
      project: n % 5 === 0 ? "it's" : null,
      // Powers of two lie on the edges of buckets.
      firstTokenUs: n % 7 === 0 ? null : 2 ** (n % 20),
      // Every tenth lasts longer than four bytes can say.
      totalUs: 2 ** (n % 20) + (n % 10 === 0 ? 3_000_000_001 : 1_000_000),
    };
    writer.close(completedRecord(FIRST_ID + n * HOUR_US, changes));
  }
  writer.close(completedRecord(FIRST_ID + 60 * HOUR_US, { outcome: "failed", modelRouted: null, provider: null }));
  writer.close(completedRecord(FIRST_ID + 61 * HOUR_US, { outcome: "refused", usageSource: "none", totalUs: null }));
  writer.open(openRecord(FIRST_ID + 62 * HOUR_US));
  writer.close(completedRecord(FIRST_ID + 5, { usageSource: "estimated" }));
  await writer.stop();
}

async function allSums(database: TestDatabase): Promise<string[]> {
  const plain = await connectPlainly(database);
  const rows: string[] = [];
  for (const table of ["usage_hours", "usage_days", "latency_days"]) {
    for (const row of await plain.all(`select * from ${table}`)) {
      // The drivers differ in how they hand over 64-bit integers.
      const cells = Object.entries(row as object).map(([name, value]) => `${name}=${String(value)}`);
      rows.push(`${table} ${cells.join(" ")}`);
    }
  }
  await plain.close();
  return rows.sort();
}
