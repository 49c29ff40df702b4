/** What an earlier gateway recorded is taken over once, whole, and counted like the rest. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, expect, it } from "vitest";
import { type ImportQuery, importLegacy } from "../../../src-gateway/ledger/import-legacy.ts";
import { momentOf } from "../../../src-gateway/ledger/legacy-moment.ts";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { verifyLedger } from "../../../src-gateway/ledger/verify-ledger.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { connectPlainly } from "../../support/plain-connection.ts";

describeOnBothDatabases("importing an earlier gateway's ledger", (database) => {
  let store: Store;
  let file: string;
  beforeEach(async () => {
    store = await database.open();
    const folder = join(database.folder, "old");
    mkdirSync(folder);
    file = join(folder, "ledger.db");
    const old = new Sqlite(file);
    old.exec(`create table usage_entries (id integer primary key, uuid text, user_id integer, api_key_id integer, service_id text,
      prompt_tokens integer, completion_tokens integer, direction text, memo text, created_at datetime, updated_at datetime, deleted_at datetime)`);
    old.exec("begin");
    const insert = old.prepare("insert into usage_entries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, ?)");
    for (let n = 1; n <= 450; n++)
      insert.run(
        n,
        `u-${n}`,
        1 + (n % 3),
        n % 2,
        "openai",
        n,
        2,
        n % 10 === 0 ? "supply" : "consume",
        "gpt-4o",
        "2025-11-02 10:11:12",
        n === 7 ? "2025-11-03" : null,
      );
    insert.run(451, "u-451", 1, null, null, 5, 5, "consume", "two words", "someday", null);
    insert.run(452, "u-452", 1, null, null, -5, 5, "consume", null, "2025-11-02T10:11:12Z", null);
    old.exec("commit");
    old.close();
    const identity = new Sqlite(join(folder, "identity.db"));
    identity.exec(
      "create table users (id integer primary key, email text); insert into users values (1, 'Ann@x.test'), (2, 'bob@x.test')",
    );
    identity.close();
  });

  const run = (changes: Partial<ImportQuery> = {}) =>
    importLegacy(
      { store, clock: systemClock, userIds: new Map([["ann@x.test", 11]]) },
      { file, apply: true, direction: "both", users: { 3: 33 }, keys: { 1: 5 }, ...changes },
    );

  it("only says what would come, until it is told to", async () => {
    const dry = await run({ apply: false });
    expect(dry).toMatchObject({ applied: false, looked: 452, imported: 449, known: 0, leftOut: 1, supplied: 45 });
    expect((await createUsageReports(store).total({})).requests).toBe(0);
    expect(await run()).toMatchObject({ ...dry, applied: true });
  });

  it("takes every entry once, however often it is run", async () => {
    expect(await run({ direction: "consume" })).toMatchObject({ imported: 404, known: 0 });
    expect(await run()).toMatchObject({ imported: 45, known: 404 });
    expect(await run()).toMatchObject({ imported: 0, known: 449 });
    const total = await createUsageReports(store).total({});
    expect(total).toMatchObject({ requests: 449, unpriced: 449 });
    expect(total.usage).toMatchObject({ inputUncached: (450 * 451) / 2 - 7, output: 898 });
  });

  it("finds users by their address or as told, and says who is nobody here", async () => {
    const { withoutUser } = await run();
    expect(withoutUser).toEqual([{ user: 2, email: "bob@x.test", entries: 149 }]);
    const users = await createUsageReports(store).breakdown({ groupBy: "user" });
    expect(users.map(({ group, requests }) => [group, requests])).toEqual(
      expect.arrayContaining([
        ["user 11", 150],
        ["user 33", 150],
        [null, 149],
      ]),
    );
    expect(
      (await createUsageReports(store).breakdown({ groupBy: "key" })).find(({ group }) => group === "key 5")?.requests,
    ).toBe(224);
  });

  it("tells use from supply, in reports and to old scripts", async () => {
    await run();
    const surfaces = await createUsageReports(store).breakdown({ groupBy: "surface" });
    expect(Object.fromEntries(surfaces.map(({ group, requests }) => [group, requests]))).toEqual({
      imported: 404,
      supplied: 45,
    });
    const plain = await connectPlainly(database);
    const rows = await plain.all(
      "select direction, count(*) as n from usage_entries group by direction order by direction",
    );
    expect(rows.map((row) => Object.values(row as object).map(String))).toEqual([
      ["consume", "404"],
      ["supply", "45"],
    ]);
    await plain.close();
  });

  it("enters what it takes into the chain", async () => {
    await run();
    expect(await verifyLedger(store)).toMatchObject({ isIntact: true, entries: 449, exchanges: 449, chains: 1 });
  });

  it("names entries that cannot be read", async () => {
    expect((await run()).refused).toEqual([
      { entry: 451, problem: "its time cannot be read" },
      { entry: 452, problem: "its tokens are no counts" },
    ]);
  });

  it("says what is wrong with a file that is none", async () => {
    await expect(run({ file: `${file}.none` })).rejects.toThrow("There is no file");
    const empty = new Sqlite(`${file}.empty`);
    empty.exec("create table other (id integer)");
    empty.close();
    await expect(run({ file: `${file}.empty` })).rejects.toThrow("no table usage_entries");
  });

  it("reads times as the earlier gateway wrote them", () => {
    const us = Date.parse("2025-11-02T10:11:12Z") * 1000;
    for (const text of [
      "2025-11-02 10:11:12",
      "2025-11-02T10:11:12Z",
      "2025-11-02 12:11:12+02:00",
      "2025-11-02 10:11:12 +0000 UTC",
    ])
      expect(momentOf(text)).toBe(us);
    expect(momentOf("2025-11-02 10:11:12.123456789 +0000 UTC m=+0.1")).toBe(us + 123_456);
    expect(momentOf("yesterday")).toBeNull();
  });
});
