import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { verifyLedger } from "../../../../src-gateway/ledger/verify-ledger.ts";
import { silentLogger } from "../../../../src-gateway/lib/logger.ts";
import { checkBackup } from "../../../../src-gateway/store/copy/backup-format.ts";
import { readOwnTables } from "../../../../src-gateway/store/copy/describe-tables.ts";
import { openPostgresReader } from "../../../../src-gateway/store/copy/postgres-reader.ts";
import { restoreBackup } from "../../../../src-gateway/store/copy/restore-backup.ts";
import { type DumpedTable, dumpSql } from "../../../../src-gateway/store/copy/sql-dump.ts";
import { openSqliteReader } from "../../../../src-gateway/store/copy/sqlite-reader.ts";
import { writeBackup } from "../../../../src-gateway/store/copy/write-backup.ts";
import { MIGRATIONS } from "../../../../src-gateway/store/migrations/migrate.ts";
import { recordMigrations } from "../../../../src-gateway/store/migrations/record-migrations.ts";
import { lookAtMigrations, openStore, type Store } from "../../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, describeOnEmptyPostgres, type TestDatabase } from "../../../suites/store.suite.ts";
import { FIRST_ID } from "../../../support/exchange-records.ts";
import { connectPlainly } from "../../../support/plain-connection.ts";
import { fillBodies, fillSample, findWord } from "./sample-ledger.ts";

const emailsOf = async (store: Store): Promise<string[]> =>
  (await store.db.selectFrom("users").select("email").orderBy("id").execute()).map(({ email }) => email);

const addUser = (store: Store, email: string): Promise<unknown> => {
  const user = { uuid: email, email, role: "gateway_user", display_name: "", status: "active" };
  return store.db
    .insertInto("users")
    .values({ ...user, created_at: 1, updated_at: 1, deleted_at: null })
    .execute();
};

/** Windows knows no such modes. */
const PRIVATE = process.platform === "win32" ? 0o666 : 0o600;
const modeOf = (path: string): number => statSync(path).mode & 0o777;

const places = (database: TestDatabase, file = join(database.folder, "one.backup")) => ({
  file,
  ledgerUrl: database.url,
  identityUrl: database.url,
  withBodies: true,
  version: "0.0.0-test",
});

describeOnBothDatabases("a backup", (database) => {
  it("is made beside an open database, and brings back what was there then", async () => {
    const store = await database.open();
    await fillSample(store);
    await fillBodies(database.url);
    const made = places(database);
    const { parts } = await writeBackup(made);
    expect(parts.map(({ name }) => name)).toEqual(database.dialect === "sqlite" ? ["ledger", "bodies"] : ["ledger"]);
    expect(modeOf(made.file)).toBe(PRIVATE);
    expect(readdirSync(database.folder).filter((name) => name.startsWith("."))).toEqual([]);
    await addUser(store, "late@example.com");
    await store.close();

    await expect(restoreBackup({ ...made, force: false })).rejects.toThrow(/is there already|holds tables already/);
    const { setAside } = await restoreBackup({ ...made, force: true });
    const restored = await database.open();
    expect(await emailsOf(restored)).toEqual(["ann@example.com"]);
    expect(await verifyLedger(restored)).toMatchObject({ isIntact: true, exchanges: 300 });
    expect(await findWord(database.url, "apple")).toEqual([FIRST_ID + 1, FIRST_ID]);
    await addUser(restored, "next@example.com");
    if (database.dialect === "postgres") return;
    for (const path of setAside) expect(existsSync(path)).toBe(true);
    expect(modeOf(database.url)).toBe(PRIVATE);
  });

  it("is restored where nothing is", async () => {
    const store = await database.open();
    await fillSample(store, 20);
    const made = places(database);
    await writeBackup({ ...made, withBodies: false });
    await store.close();
    const plain = await connectPlainly(database);
    if (database.dialect === "postgres") await plain.run("drop schema public cascade; create schema public");
    await plain.close();
    const url = database.dialect === "postgres" ? database.url : join(database.folder, "new", "ledger.db");
    await restoreBackup({ file: made.file, ledgerUrl: url, identityUrl: url, force: false });
    expect((await lookAtMigrations(url)).filter(({ appliedAt }) => appliedAt === null)).toEqual([]);
  });

  it("is refused when a byte of it changed, when it was cut, and when a part was swapped; nothing is changed", async () => {
    const store = await database.open();
    await fillSample(store, 50);
    const made = places(database);
    await writeBackup(made);
    await addUser(store, "late@example.com");
    const whole = readFileSync(made.file);
    const flipped = Buffer.from(whole);
    const middle = flipped.length >> 1;
    flipped[middle] = (flipped[middle] ?? 0) ^ 1;
    const open = zstdDecompressSync(whole);
    const at = open.indexOf("ann@example.com");
    open.write("eve", at);
    const broken = [flipped, whole.subarray(0, whole.length - 40), zstdCompressSync(open), Buffer.from("no backup")];
    for (const [n, bytes] of broken.entries()) {
      const file = join(database.folder, `broken-${n}`);
      writeFileSync(file, bytes);
      await expect(restoreBackup({ ...made, file, force: true })).rejects.toThrow("cannot be used");
    }
    expect(at).toBeGreaterThan(0);
    expect(await emailsOf(store)).toEqual(["ann@example.com", "late@example.com"]);
    expect((await checkBackup(made.file)).gateway).toBe("0.0.0-test");
    await expect(writeBackup(made)).rejects.toThrow("is there already");
  });

  it("can be opened with what every system has", async () => {
    const store = await database.open();
    await fillSample(store, 5);
    const made = places(database);
    await writeBackup(made);
    const tar = join(database.folder, "plain.tar");
    writeFileSync(tar, zstdDecompressSync(readFileSync(made.file)));
    const listed = execFileSync("tar", ["-tf", tar], { encoding: "utf8" }).trim().split("\n");
    const content = database.dialect === "sqlite" ? "ledger/ledger.db" : "ledger/000001.sql";
    expect(listed).toEqual(["format.json", content, "manifest.json", "manifest.sha256"]);
  });
});

const own = await readOwnTables();
const psql = findPsql();

function findPsql(): string | null {
  const installed = "/usr/lib/postgresql";
  const versions = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(installed, version, "bin/psql")).find((path) => existsSync(path)) ?? null;
}

describeOnEmptyPostgres("a script for PostgreSQL", (database) => {
  const shapeOf = async (): Promise<unknown[]> => {
    const plain = await connectPlainly(database);
    const columns = await plain.all(
      `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
       where table_schema = 'public' and table_name !~ '_\\d{4}_\\d\\d$' order by 1, ordinal_position`,
    );
    const rest = await plain.all(
      `select indexdef as text from pg_indexes where schemaname = 'public' and tablename !~ '_\\d{4}_\\d\\d$'
       union all select pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
         and conrelid::regclass::text !~ '_\\d{4}_\\d\\d$'
       union all select pg_get_viewdef(oid) from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
       union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1`,
    );
    await plain.close();
    return [...columns, ...rest];
  };

  it("makes the schema that the migrations make, statement by statement, without a server to ask", async () => {
    await database.open();
    const expected = await shapeOf();
    const plain = await connectPlainly(database);
    await plain.run("drop schema public cascade; create schema public");
    for (const { statements } of await recordMigrations("postgres"))
      for (const each of statements) await plain.run(each);
    await plain.run("create table schema_migrations (name text not null primary key, applied_at text not null)");
    await plain.close();
    expect(await shapeOf()).toEqual(expected);
    expect(expected.length).toBeGreaterThan(100);
  });

  it.skipIf(psql === null)("is loaded by psql, and holds every row (needs psql)", async () => {
    const file = join(database.folder, "ledger.db");
    const source = await openStore({ url: file, log: silentLogger });
    await fillSample(source);
    await source.close();
    await fillBodies(file);
    const reader = openSqliteReader(file, own, true);
    let text = "";
    const dump = dumpSql(reader, { migrations: await lookAtMigrations(file), title: "a test" });
    let tables: DumpedTable[] = [];
    for (;;) {
      const { value, done } = await dump.next();
      if (done === true) {
        tables = value;
        break;
      }
      text += value;
    }
    await reader.close();
    const script = join(database.folder, "postgres.sql");
    writeFileSync(script, text);
    execFileSync(psql ?? "", ["-q", "-d", database.url, "-f", script], { stdio: "pipe" });
    const copy = await database.open();
    expect(await verifyLedger(copy)).toMatchObject({ isIntact: true, exchanges: 300 });
    const target = await openPostgresReader(database.url, own, true);
    for (const table of tables) expect([table.name, await target.count(table)]).toEqual([table.name, table.rows]);
    await target.close();
    expect(await findWord(database.url, "apple")).toEqual([FIRST_ID + 1, FIRST_ID]);
    const { rows } = await sql<{ n: number }>`select count(*) as n from schema_migrations`.execute(copy.db);
    expect(rows).toEqual([{ n: MIGRATIONS.length }]);
    // A second time everything is there already, and nothing is half done.
    expect(() => execFileSync(psql ?? "", ["-q", "-d", database.url, "-f", script], { stdio: "pipe" })).toThrow(
      "already exists",
    );
    expect(await verifyLedger(copy)).toMatchObject({ isIntact: true, exchanges: 300 });
  });
});
