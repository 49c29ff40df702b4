import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { verifyLedger } from "../../../../src-gateway/ledger/verify-ledger.ts";
import { silentLogger } from "../../../../src-gateway/lib/logger.ts";
import { type CopiedTable, copyDatabase } from "../../../../src-gateway/store/copy/copy-database.ts";
import type { TableReader } from "../../../../src-gateway/store/copy/copy-types.ts";
import { readOwnTables } from "../../../../src-gateway/store/copy/describe-tables.ts";
import { LineSum } from "../../../../src-gateway/store/copy/line-sum.ts";
import { openPostgresReader } from "../../../../src-gateway/store/copy/postgres-reader.ts";
import { openPostgresWriter } from "../../../../src-gateway/store/copy/postgres-writer.ts";
import { openSqliteReader } from "../../../../src-gateway/store/copy/sqlite-reader.ts";
import { openSqliteWriter } from "../../../../src-gateway/store/copy/sqlite-writer.ts";
import { openStore, type Store } from "../../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, describeOnPostgres } from "../../../suites/store.suite.ts";
import { FIRST_ID } from "../../../support/exchange-records.ts";
import { connectPlainly } from "../../../support/plain-connection.ts";
import { fillBodies, fillSample, findWord, ODD_TEXT } from "./sample-ledger.ts";

const own = await readOwnTables();

async function openSqliteSample(file: string, exchanges?: number): Promise<TableReader> {
  const store = await openStore({ url: file, log: silentLogger });
  await fillSample(store, exchanges);
  await store.close();
  await fillBodies(file);
  return openSqliteReader(file, own, true);
}

async function sumsOf(reader: TableReader): Promise<CopiedTable[]> {
  const sums: CopiedTable[] = [];
  for (const table of reader.tables) {
    const sum = new LineSum();
    for await (const lines of reader.read(table)) sum.add(lines);
    sums.push({ name: table.name, rows: sum.rows, sum: sum.hex });
  }
  return sums.toSorted((a, b) => a.name.localeCompare(b.name));
}

describeOnBothDatabases("the tables that a copy knows", (database) => {
  it("are all that the migrations make", async () => {
    const store = await database.open();
    const plain = await connectPlainly(database);
    const query =
      database.dialect === "sqlite"
        ? "select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual') and name not like 'sqlite%'"
        : `select relname as name from pg_class where relkind in ('r', 'p') and not relispartition
             and relnamespace = current_schema()::regnamespace`;
    const present = ((await plain.all(query)) as { name: string }[]).map(({ name }) => name);
    await plain.close();
    const known = database.dialect === "sqlite" ? [...own.ledger] : [...own.ledger, ...own.bodies];
    expect(present.toSorted()).toEqual([...known, "schema_migrations"].toSorted());
    expect(known).toContain("ledger_blocks");
    const reader =
      database.dialect === "sqlite"
        ? openSqliteReader(database.url, own, false)
        : await openPostgresReader(database.url, own, true);
    // Without a key a copy could not go on where it stood.
    expect(reader.tables.filter(({ key }) => key.length === 0)).toEqual([]);
    expect(reader.tables.map(({ name }) => name).toSorted()).toEqual(known.toSorted());
    await reader.close();
    await store.close();
  });
});

describeOnPostgres("a copy from SQLite", (database) => {
  const file = (): string => join(database.folder, "ledger.db");

  it("holds the same rows, sums, words and chain, and goes on where the ids were", async () => {
    const source = await openSqliteSample(file());
    const target = await openPostgresWriter(database.url, own);
    const seen: string[] = [];
    const report = await copyDatabase(source, target, {
      sourceName: "a",
      onProgress: ({ phase, rows, totalRows }) => void (rows === totalRows && seen.push(phase)),
    });
    await target.close();
    expect(report.isResumed).toBe(false);
    expect([...new Set(seen)]).toEqual(["copy", "check"]);
    expect(report.tables.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(await sumsOf(source));
    expect(report.tables.find(({ name }) => name === "exchange_rows")?.rows).toBe(300);
    await source.close();

    const copy = await database.open();
    expect(await verifyLedger(copy)).toMatchObject({ isIntact: true, exchanges: 300 });
    const [ann] = await copy.db.selectFrom("users").selectAll().execute();
    expect(ann).toMatchObject({ display_name: ODD_TEXT, updated_at: 2 ** 52 + 1 });
    const run = { host: "h", pid: 1, started_at: 1, heartbeat_at: 1, stopped_at: 1 };
    const { id } = await copy.db.insertInto("instances").values(run).returning("id").executeTakeFirstOrThrow();
    expect(id).toBe(4);
    expect(await findWord(database.url, "apple")).toEqual([FIRST_ID + 1, FIRST_ID]);
    expect(await findWord(database.url, "你")).toEqual([FIRST_ID]);
    const { rows } = await sql<{ n: number }>`select count(*) as n from exchange_rows_rest`.execute(copy.db);
    expect(rows).toEqual([{ n: 0 }]);
  });

  it("goes back to SQLite as it was", async () => {
    const source = await openSqliteSample(file());
    const target = await openPostgresWriter(database.url, own);
    await copyDatabase(source, target, { sourceName: "a" });
    await target.close();
    const back = join(database.folder, "back", "ledger.db");
    const middle = await openPostgresReader(database.url, own, true);
    for (const part of ["ledger", "bodies"] as const) {
      const writer = await openSqliteWriter(back, own, part);
      await copyDatabase(middle, writer, { sourceName: "b" });
      await writer.close();
    }
    await middle.close();
    const end = openSqliteReader(back, own, true);
    expect(await sumsOf(end)).toEqual(await sumsOf(source));
    await Promise.all([end.close(), source.close()]);
    const store = await openStore({ url: back, log: silentLogger });
    expect(await verifyLedger(store)).toMatchObject({ isIntact: true, exchanges: 300 });
    await store.close();
    expect(await findWord(back, "apple")).toEqual([FIRST_ID + 1, FIRST_ID]);
  });

  it("goes on where it stood when it was ended, and lets no gateway in before", async () => {
    const source = await openSqliteSample(file());
    const first = await openPostgresWriter(database.url, own);
    const broken = new Error("the cable was pulled");
    const isLate = ({ table }: { table: string }): boolean => table === "ledger_blocks";
    await expect(
      copyDatabase(source, first, {
        sourceName: "a",
        onProgress: (progress) => {
          if (isLate(progress)) throw broken;
        },
      }),
    ).rejects.toThrow(broken);
    await first.close();
    await expect(database.open()).rejects.toThrow("a copy into it has not ended");
    const other = await openPostgresWriter(database.url, own);
    await expect(copyDatabase(source, other, { sourceName: "b" })).rejects.toThrow("a part of a copy of a");
    const report = await copyDatabase(source, other, { sourceName: "a" });
    await other.close();
    expect(report.isResumed).toBe(true);
    expect(report.tables.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(await sumsOf(source));
    await source.close();
    expect(await verifyLedger(await database.open())).toMatchObject({ isIntact: true, exchanges: 300 });
  });

  it("notices that a source changed between two runs", async () => {
    const source = await openSqliteSample(file());
    const first = await openPostgresWriter(database.url, own);
    const stop = ({ table }: { table: string }): void => {
      if (table === "ledger_blocks") throw new Error("stopped");
    };
    await expect(copyDatabase(source, first, { sourceName: "a", onProgress: stop })).rejects.toThrow("stopped");
    await Promise.all([first.close(), source.close()]);
    const plain = await connectPlainly({ dialect: "sqlite", url: file() });
    await plain.run("update api_keys set name = 'another'");
    await plain.close();
    const changed = openSqliteReader(file(), own, true);
    const second = await openPostgresWriter(database.url, own);
    await expect(copyDatabase(changed, second, { sourceName: "a" })).rejects.toThrow("api_keys has 1 rows");
    await Promise.all([second.close(), changed.close()]);
  });

  it("refuses a database that holds something", async () => {
    const store: Store = await database.open();
    // New and empty is as good as none.
    await (await openPostgresWriter(database.url, own)).close();
    await fillSample(store, 1);
    await expect(openPostgresWriter(database.url, own)).rejects.toThrow("holds data already");
    const plain = await connectPlainly(database);
    await plain.run("create table invoices (id bigint)");
    await expect(openPostgresWriter(database.url, own)).rejects.toThrow("tables of something else (invoices)");
    await plain.close();
  });

  it("lets no second copy run at the same time", async () => {
    const first = await openPostgresWriter(database.url, own);
    await expect(openPostgresWriter(database.url, own)).rejects.toThrow("Another copy");
    await first.close();
  });
});

describe("the sum of rows", () => {
  it("is the same in any order, and another one for other rows", () => {
    const sum = (...lines: string[]): string => {
      const made = new LineSum();
      for (const line of lines) made.add([line]);
      return LineSum.from(made.rows, made.hex).hex;
    };
    expect(sum("a", "b", "c")).toBe(sum("c", "a", "b"));
    expect(new Set([sum(), sum("a"), sum("a", "a"), sum("a", "b"), sum("ab"), sum("a", "c")]).size).toBe(6);
  });
});
