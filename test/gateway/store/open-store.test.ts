import { execFile } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { toRow } from "../../../src-gateway/store/exchange-rows.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";
import { describeOnEmptyDatabases, describeOnEmptyPostgres, describeOnSqlite } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";
import { fillOldDatabase, insertOldRows } from "../../support/old-database.ts";
import { connectPlainly } from "../../support/plain-connection.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const openerPath = fileURLToPath(new URL("./open-in-child.ts", import.meta.url));

const LOSS = { field: "x", verdict: "dropped" as const, note: "y" };

describeOnEmptyDatabases("opening a database", (database) => {
  it("makes the tables once, and finds them again", async () => {
    const first = await database.open();
    await first.db.insertInto("instances").values({ host: "h", pid: 1, started_at: 2, heartbeat_at: 3 }).execute();
    const second = await database.open();
    const rows = await second.db.selectFrom("instances").select(["host", "pid", "started_at"]).execute();
    expect(rows).toEqual([{ host: "h", pid: 1, started_at: 2 }]);
  });

  it("lets several processes make the tables at the same moment", async () => {
    const run = promisify(execFile);
    const processes = await Promise.all(
      Array.from({ length: 4 }, () => run(process.execPath, [openerPath, database.url], { encoding: "utf8" })),
    );
    expect(processes.map(({ stdout }) => stdout)).toEqual(["opened\n", "opened\n", "opened\n", "opened\n"]);
    const store = await database.open();
    const { rows } = await sql<{ name: string }>`select name from schema_migrations`.execute(store.db);
    const names = rows.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    expect(names).toContain("0010-names");
  });

  it("lets several connections of one process make the tables at the same moment", async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => database.open()));
    const counts = await Promise.all(stores.map(({ db }) => db.selectFrom("users").selectAll().execute()));
    expect(counts).toEqual([[], [], [], [], []]);
  });

  it.each([
    "0002-stored-responses",
    "0003-plans",
    "0005-money",
  ])("keeps the exchanges of a gateway that knew no more than %s, without what it did not know", async (until) => {
    const old = [completedRecord(FIRST_ID), completedRecord(FIRST_ID + 1, { agent: null, losses: [LOSS] })];
    const columns = new Set<string>();
    await fillOldDatabase(database, until, async (store) => {
      const tables = await store.db.introspection.getTables();
      for (const { name } of tables.find((table) => table.name === "exchanges")?.columns ?? []) columns.add(name);
      await insertOldRows(
        store,
        old.map((record) => toRow(record, 1)),
      );
    });
    const store = await database.open();
    const rows = await store.db.selectFrom("exchanges").selectAll().orderBy("id").execute();
    const known = old
      .map((record) => toRow(record, 1))
      .map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, columns.has(name) ? value : null])),
      );
    expect(rows).toEqual(known);
  });

  it("refuses a database of a newer gateway, with what to do about it", async () => {
    const store = await database.open();
    await sql`insert into schema_migrations values ('9999-later', 'then')`.execute(store.db);
    await expect(openStore({ url: database.url, log: silentLogger })).rejects.toThrow(
      /newer version of the gateway \(9999-later\)\. Update the gateway/,
    );
  });

  it("refuses a database in which schema_migrations belongs to another program", async () => {
    const plain = await connectPlainly(database);
    await plain.run("create table schema_migrations (version bigint, dirty boolean)");
    await plain.close();
    await expect(openStore({ url: database.url, log: silentLogger })).rejects.toThrow(/belongs to another program/);
  });

  it("leaves nothing behind when a migration cannot be finished", async () => {
    const plain = await connectPlainly(database);
    await plain.run("create table exchanges (id integer)");
    await expect(openStore({ url: database.url, log: silentLogger })).rejects.toThrow(/exchanges/);
    await plain.run("drop table exchanges");
    await plain.close();
    const store = await database.open();
    expect(await store.db.selectFrom("exchanges").selectAll().execute()).toEqual([]);
  });

  it("keeps the tables of the earlier gateway under other names", async () => {
    const plain = await connectPlainly(database);
    await plain.run("create table users (id integer primary key, email text)");
    await plain.run(
      "create table api_keys (id integer primary key, user_id integer references users(id), key_hash text)",
    );
    await plain.run("create table usage_entries (id integer primary key, prompt_tokens integer)");
    await plain.run("create table legacy_usage_entries (note text)");
    await plain.run("insert into users values (1, 'old@example.com')");
    await plain.run("insert into api_keys values (1, 1, 'abc')");
    await plain.run("insert into usage_entries values (7, 42)");
    const log = recordingLogger();
    const store = await database.open(log);
    expect(await plain.all("select email from legacy_users")).toEqual([{ email: "old@example.com" }]);
    expect(await plain.all("select key_hash from legacy_api_keys")).toEqual([{ key_hash: "abc" }]);
    expect(await plain.all("select id, prompt_tokens from legacy_usage_entries_2")).toEqual([
      { id: 7, prompt_tokens: 42 },
    ]);
    expect(await store.db.selectFrom("users").selectAll().execute()).toEqual([]);
    expect(log.lines.filter(({ message }) => message.includes("earlier gateway")).map(({ fields }) => fields)).toEqual([
      { table: "users", keptAs: "legacy_users" },
      { table: "api_keys", keptAs: "legacy_api_keys" },
      { table: "usage_entries", keptAs: "legacy_usage_entries_2" },
    ]);
    // Not renamed a second time: now they are ours.
    await database.open();
    expect(await plain.all("select email from legacy_users")).toHaveLength(1);
    await plain.close();
  });

  it("says which database cannot be opened, and never the password", async () => {
    const url =
      database.dialect === "postgres"
        ? database.url.replace("postgres@", "somebody:hunter2@").replace(/\/[^/]+$/, "/missing_database")
        : join(database.folder, "a-folder");
    if (database.dialect === "sqlite") mkdirSync(url);
    const error = await openStore({ url, log: silentLogger, patienceMs: 200 }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toMatch(/The database .*(?:missing_database|a-folder) cannot be used: /);
    expect(String(error)).not.toContain("hunter2");
  });
});

describeOnEmptyPostgres("opening a database", (database, server) => {
  it("waits for a server that is still starting", async () => {
    await server.halt();
    const log = recordingLogger();
    const opening = openStore({ url: database.url, log });
    await expect.poll(() => log.text()).toContain("waiting for it");
    await server.resume();
    const store = await opening;
    expect(await store.db.selectFrom("users").selectAll().execute()).toEqual([]);
    await store.close();
  });

  it("survives that the server goes away while connections are idle", async () => {
    const log = recordingLogger();
    const store = await database.open(log);
    await store.db.selectFrom("users").selectAll().execute();
    await server.halt();
    await expect.poll(() => log.text()).toContain("an idle connection to the database was lost");
    await server.resume();
    expect(await store.db.selectFrom("users").selectAll().execute()).toEqual([]);
  });

  it("reads large counts and sums as numbers", async () => {
    const { db } = await database.open();
    const { rows } =
      await sql`select 1764000000000000::bigint as id, sum(x) as total from (values (3::bigint), (4)) t(x)`.execute(db);
    expect(rows).toEqual([{ id: 1_764_000_000_000_000, total: 7 }]);
  });
});

describeOnSqlite("opening a database", (database) => {
  it.skipIf(process.platform === "win32")("keeps the file to its owner (needs file modes)", async () => {
    await database.open();
    const modes = [dirname(database.url), database.url, `${database.url}-wal`].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it("syncs every group to the disk, and never waits for a lock inside SQLite", async () => {
    const { db } = await database.open();
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await sql<object>`pragma ${sql.raw(name)}`.execute(db)).rows[0] ?? {})[0];
    expect(await pragma("journal_mode")).toBe("wal");
    expect(await pragma("synchronous")).toBe(2);
    expect(await pragma("busy_timeout")).toBe(0);
    expect(await pragma("foreign_keys")).toBe(1);
  });
});
