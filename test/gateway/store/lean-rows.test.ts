/** PostgreSQL keeps rows of exchanges short; whoever reads them finds all that was written. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { verifyLedger } from "../../../src-gateway/ledger/verify-ledger.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createRequestLog } from "../../../src-gateway/request-log/request-log.ts";
import { copyDatabase } from "../../../src-gateway/store/copy/copy-database.ts";
import { readOwnTables } from "../../../src-gateway/store/copy/describe-tables.ts";
import { openPostgresWriter } from "../../../src-gateway/store/copy/postgres-writer.ts";
import { openSqliteReader } from "../../../src-gateway/store/copy/sqlite-reader.ts";
import { fromRow } from "../../../src-gateway/store/exchange-rows.ts";
import { openStore, type Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, describeOnPostgres } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";
import { fillLedger } from "../../support/filled-ledger.ts";

const HOUR_MS = 3_600_000;
/** Three hours, four gigabytes and seven dollars fit no number of four bytes. */
const LONG: Partial<ExchangeRecord> = {
  queueUs: 4_000_000_000,
  firstByteUs: 5_000_000_001,
  firstTokenUs: 6_000_000_002,
  totalUs: 3 * HOUR_MS * 1000 + 7,
  bytesIn: 2_147_483_648,
  bytesOut: 4_294_967_297,
  cost: { nano: 7_000_000_001, priceId: 2 ** 51, price: { digest: "x" } },
};
const CASES: readonly (Partial<ExchangeRecord> & { id: number })[] = [
  { id: FIRST_ID, usage: { ...NO_USAGE }, stream: false, queueUs: 0, totalUs: 0, bytesIn: 0, cost: null },
  { id: FIRST_ID + 1, ...LONG },
  { id: FIRST_ID + 2, totalUs: 2_147_483_647, bytesOut: 2_147_483_647, usageSource: "estimated", cost: null },
  { id: FIRST_ID + 3, outcome: "failed", usageSource: "none", stream: false, firstTokenUs: null, cost: null },
];

describeOnBothDatabases("rows of exchanges", (database) => {
  let store: Store;
  let records: ExchangeRecord[];
  beforeEach(async () => {
    store = await database.open();
    records = await fillLedger(store, CASES);
  });

  it("come back as they were written, whoever reads them", async () => {
    const rows = await store.db.selectFrom("exchanges").selectAll().orderBy("id").execute();
    const priceless = records.map((record) => ({ ...record, cost: record.cost && { ...record.cost, price: null } }));
    expect(rows.map(fromRow)).toEqual(priceless);
    const exchanges = await createRequestLog(store).list({});
    expect(exchanges.toSorted((a, b) => a.id - b.id)).toEqual(priceless);
  });

  it("are found by what is not written", async () => {
    const log = createRequestLog(store);
    const idsOf = async (filter: Parameters<typeof log.list>[0]): Promise<number[]> =>
      (await log.list(filter)).map(({ id }) => id - FIRST_ID).toSorted((a, b) => a - b);
    expect(await idsOf({ outcome: "completed" })).toEqual([0, 1, 2]);
    expect(await idsOf({ failedOnly: true })).toEqual([3]);
  });

  it("are summed up where no sum is kept", async () => {
    const sum = await createUsageReports(store).total({ fromUs: FIRST_ID + 1, toUs: FIRST_ID + 4 });
    expect(sum).toMatchObject({ requests: 3, failures: 1, costNano: 7_000_000_001, unpriced: 1 });
    const meanUs = ((LONG.totalUs ?? 0) + 2_147_483_647 + (completedRecord(1).totalUs ?? 0)) / 3;
    expect(sum.meanTotalMs).toBeCloseTo(meanUs / 1000, 3);
  });

  it("are not opened again, and closed when they were only interrupted", async () => {
    const before = await store.db.selectFrom("exchanges").selectAll().where("id", "=", FIRST_ID).execute();
    await fillLedger(store, [{ id: FIRST_ID, errorMessage: "written twice" }]);
    expect(await store.db.selectFrom("exchanges").selectAll().where("id", "=", FIRST_ID).execute()).toEqual(before);
    await store.db.updateTable("exchange_rows").set({ outcome: "interrupted" }).where("id", "=", FIRST_ID).execute();
    await fillLedger(store, [{ id: FIRST_ID, errorMessage: "went on" }]);
    const after = await store.db.selectFrom("exchanges").select(["outcome", "error_message"]).orderBy("id").execute();
    expect(after[0]).toEqual({ outcome: "completed", error_message: "went on" });
  });
});

describeOnPostgres("rows that PostgreSQL keeps short", (database) => {
  it("leave out what is usual", async () => {
    const store = await database.open();
    await fillLedger(store, CASES);
    const { rows } = await sql<Record<string, unknown>>`
      select outcome, stream, usage_source, input_uncached, total_us, longs from exchange_rows order by id`.execute(
      store.db,
    );
    expect(rows[0]).toMatchObject({ outcome: null, stream: 0, usage_source: null, input_uncached: null, total_us: 0 });
    expect(rows[1]).toMatchObject({ stream: null, total_us: null, longs: { total_us: LONG.totalUs } });
    expect(rows[2]).toMatchObject({ total_us: 2_147_483_647, longs: null });
  });

  it("let the few that were interrupted or failed be found by an index", async () => {
    const store = await database.open();
    await sql`set enable_seqscan = off`.execute(store.db);
    for (const condition of ["outcome = 'interrupted'", "outcome <> 'completed' and outcome <> 'open'"]) {
      const { rows } = await sql<Record<"QUERY PLAN", string>>`
        explain select id from exchanges where ${sql.raw(condition)}`.execute(store.db);
      expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toMatch(/Index (?:Only )?Scan|Bitmap Index Scan/);
    }
  });

  describe("in copies", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(database.folder, "copy-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it("of an SQLite file hold what it holds", async () => {
      const url = join(folder, "ledger.db");
      const source = await openStore({ url, log: silentLogger });
      await fillLedger(source, CASES);
      const wanted = await source.db.selectFrom("exchanges").selectAll().orderBy("id").execute();
      await source.close();
      const own = await readOwnTables();
      const reader = openSqliteReader(url, own, false);
      const writer = await openPostgresWriter(database.url, own);
      await copyDatabase(reader, writer, { sourceName: "a" });
      await Promise.all([reader.close(), writer.close()]);
      const copy = await database.open();
      expect(await copy.db.selectFrom("exchanges").selectAll().orderBy("id").execute()).toEqual(wanted);
      const { rows } = await sql`select id from exchange_rows where outcome is null and longs is not null`.execute(
        copy.db,
      );
      expect(rows).toHaveLength(1);
      // No price of a book has the id that the long row names.
      expect((await verifyLedger(copy)).findings.map(({ kind }) => kind)).toEqual(["price-changed"]);
    });
  });
});
