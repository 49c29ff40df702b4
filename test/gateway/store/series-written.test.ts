import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { priceIdOf } from "../../../src-gateway/ir/price-id.ts";
import { verifyLedger } from "../../../src-gateway/ledger/verify-ledger.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter, type ExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { ExchangeWriterOptions } from "../../../src-gateway/store/exchange-writer-options.ts";
import { createGroupWriter } from "../../../src-gateway/store/group-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnSqlite } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

const HOUR_US = 3_600_000_000;
const SESSIONS = 5;
const terms = { input: "3" };
const applied = { ...terms, digest: createHash("sha256").update(JSON.stringify(terms)).digest("hex") };
const PRICE = { priceId: priceIdOf(applied), price: applied };

const STEP_US = 15_000_000;

/** Of a few sessions by turns, over hours around the end of a day; each twentieth has something of its own. */
function busyRecords(count: number): ExchangeRecord[] {
  const first = FIRST_ID + 24 * HOUR_US - (count / 2) * STEP_US;
  return Array.from({ length: count }, (_, n) => {
    const record = completedRecord(first + n * STEP_US, {
      session: `s-${n % SESSIONS}`,
      userId: (n % SESSIONS) + 1,
      totalUs: 1_000_000 + 997 * n,
      firstTokenUs: 200_000 + n,
      bytesIn: 2_000 + n,
      cost: { ...PRICE, nano: 1_000_000 + n },
      prefix: n % SESSIONS === 0 ? { sharedBytes: n, totalBytes: 2 * n, firstDifference: null } : null,
    });
    const isOdd = n % 20 === 7;
    return isOdd
      ? { ...record, outcome: "failed", status: 502, errorCode: `error_${n % 3}`, finishReason: null }
      : record;
  });
}

const writerOn = (store: Store, options: Partial<ExchangeWriterOptions> = {}): ExchangeWriter =>
  createExchangeWriter({ store, instanceId: 1, clock: systemClock, log: silentLogger, spillFile: null, ...options });

async function ledgerOf({ db }: Store) {
  const rows = await db.selectFrom("exchanges").selectAll().orderBy("id").execute();
  const hours = await db
    .selectFrom("usage_hours")
    .selectAll()
    .orderBy("hour")
    .orderBy("scope")
    .orderBy("dimension")
    .orderBy("value")
    .execute();
  const days = await db
    .selectFrom("usage_days")
    .selectAll()
    .orderBy("day")
    .orderBy("scope")
    .orderBy("dimension")
    .orderBy("value")
    .execute();
  const latencies = await db
    .selectFrom("latency_days")
    .selectAll()
    .orderBy("day")
    .orderBy("metric")
    .orderBy("dimension")
    .orderBy("value")
    .orderBy("bucket")
    .execute();
  const prices = await db.selectFrom("applied_prices").select(["id", "price"]).execute();
  return { rows, hours, days, latencies, prices };
}

/** Intact, and of so many exchanges. */
const expectIntact = async (store: Store, exchanges: number): Promise<void> => {
  const { findings, ...found } = (await verifyLedger(store)) as never as { findings: unknown[] };
  expect(findings).toEqual([]);
  expect(found).toMatchObject({ isIntact: true, exchanges, entries: exchanges });
};

describeOnSqlite("exchanges that were written as series", (database) => {
  it("leave the ledger as it is when each is written by itself", async () => {
    const records = busyRecords(600);
    const [store, other] = [await database.open(), await database.open()];
    const writer = writerOn(store);
    for (const record of records) writer.close(record);
    await writer.stop();
    const bySeries = await ledgerOf(store);
    await expectIntact(store, 600);
    for (const table of [
      "exchange_rows",
      "usage_hours",
      "usage_days",
      "latency_days",
      "applied_prices",
      "ledger_blocks",
    ] as const)
      await store.db.deleteFrom(table).execute();
    const groups = createGroupWriter(other, () => Promise.reject(new Error("a row was refused")));
    for (const record of records) await groups.write([{ instanceId: 1, record }], () => {});
    expect(bySeries).toEqual(await ledgerOf(other));
    await expectIntact(other, 600);
  });

  it("close what was open, and count once what was closed before", async () => {
    const records = busyRecords(400);
    const store = await database.open();
    const writer = writerOn(store);
    for (const { id } of records.slice(0, 150)) writer.open(openRecord(id));
    await writer.flush();
    for (const record of records) writer.close(record);
    await writer.flush();
    await expectIntact(store, 400);
    // Some of them again, as from a file of an earlier run, among others of the same series.
    for (const record of busyRecords(400).slice(300)) writer.close({ ...record, bytesIn: 1 });
    const later = records.map((record) => ({ ...record, id: record.id + 5 }));
    for (const record of later) writer.close(record);
    await writer.stop();
    await expectIntact(store, 800);
    const { rows } = await ledgerOf(store);
    expect(rows.filter(({ bytes_in }) => bytes_in === 1)).toEqual([]);
  });

  it("are written one by one where the database refuses one of them", async () => {
    const store = await database.open();
    await store.db.schema.createIndex("refuses_one").unique().on("exchange_rows").column("bytes_in").execute();
    const refused: number[] = [];
    const writer = writerOn(store, {
      log: { ...silentLogger, error: (fields) => void refused.push((fields as { record: ExchangeRecord }).record.id) },
    });
    const records = busyRecords(300);
    for (const record of records) writer.close(record.bytesIn === 2_123 ? { ...record, bytesIn: 2_122 } : record);
    await writer.flush();
    expect(writer.pending()).toBe(0);
    await writer.stop();
    expect(refused).toHaveLength(1);
    await expectIntact(store, 299);
  });

  it("wait for a database that is locked, and are all there once", async () => {
    const store = await database.open();
    const { transaction } = store;
    if (transaction === undefined) throw new Error("this database has no transactions of its own");
    let refusals = 3;
    const busy: typeof transaction = (work) =>
      refusals-- > 0 ? Promise.reject(Object.assign(new Error("locked"), { code: "SQLITE_BUSY" })) : transaction(work);
    const writer = writerOn({ ...store, transaction: busy });
    for (const record of busyRecords(300)) writer.close(record);
    await expect.poll(() => refusals).toBeLessThan(2);
    for (const record of busyRecords(300)) writer.close({ ...record, id: record.id + 5 });
    await expect.poll(() => writer.pending()).toBe(0);
    await writer.stop();
    await expectIntact(store, 600);
  });

  it("are kept on disk beyond a bound, and at an end that cannot wait for them", async () => {
    const store = await database.open();
    const spillFile = join(database.folder, "unsaved.ndjson");
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const { transaction } = store;
    if (transaction === undefined) throw new Error("this database has no transactions of its own");
    let begun = 0;
    const slow: typeof transaction = async (work) => {
      begun++;
      await held;
      return transaction(work);
    };
    const writer = writerOn({ ...store, transaction: slow }, { spillFile, maxWaiting: 500, stopPatienceMs: 50 });
    const records = busyRecords(900);
    for (const record of records.slice(0, 400)) writer.close(record);
    await expect.poll(() => begun).toBe(1);
    for (const record of records.slice(400)) writer.close(record);
    expect(writer.pending()).toBe(900);
    await expect.poll(() => writer.spooled()).toBeGreaterThan(100);
    expect(writer.pending()).toBe(900);
    await writer.stop();
    expect(writer.spooled()).toBe(900);
    letGo();
    const next = writerOn(store, { spillFile, instanceId: 1 });
    await next.flush();
    await next.stop();
    await expectIntact(store, 900);
  });
});
