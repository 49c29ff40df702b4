/** Migrations, copies and backups as an operator runs them. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { showProgress } from "../../../src-gateway/cli/progress-lines.ts";
import type { MigrationLine } from "../../../src-gateway/cli/storage-tools.ts";
import { verifyLedger } from "../../../src-gateway/ledger/verify-ledger.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { startInstance } from "../../../src-gateway/store/instances.ts";
import { MIGRATIONS } from "../../../src-gateway/store/migrations/migrate.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";
import { describeOnEmptyDatabases, describeOnPostgres } from "../../suites/store.suite.ts";
import { connectPlainly } from "../../support/plain-connection.ts";
import { fillSample } from "../store/copy/sample-ledger.ts";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeEach(() => {
  home = newHome();
});
afterEach(() => home.remove());

const NAMES = MIGRATIONS.map(({ name }) => name);

describeOnEmptyDatabases("gateway migrate", (database) => {
  const env = (): Record<string, string> => ({ TOKLIGENCE_LEDGER_PATH: database.url });

  it("shows what is missing, says the SQL without running it, and runs it", async () => {
    const state = (): Promise<MigrationLine[]> => home.json(["migrate", "status"], env());
    expect((await state()).map(({ name, appliedAt }) => [name, appliedAt])).toEqual(NAMES.map((name) => [name, null]));
    // A file is not made by a look at it.
    expect(existsSync(database.url)).toBe(false);
    const plan = await home.run(["migrate", "plan"], env());
    expect(plan.out).toContain("-- 0005-money (");
    expect(plan.out).toMatch(/create table "users" \(.*;$/m);
    expect((await state()).every(({ appliedAt }) => appliedAt === null)).toBe(true);
    const up = await home.run(["migrate", "up"], env());
    expect(up).toMatchObject({ code: 0 });
    expect(up.out).toContain(NAMES.at(-1));
    expect((await state()).every(({ appliedAt }) => appliedAt !== null)).toBe(true);
    expect((await home.run(["migrate", "up"], env())).out).toBe("Nothing was missing.\n");
    expect((await home.run(["migrate", "plan"], env())).out).toBe("-- Nothing is missing.\n");
  });

  it("names a newer database, and leaves it alone", async () => {
    await database.open();
    const plain = await connectPlainly(database);
    await plain.run("insert into schema_migrations values ('9999-of-tomorrow', '2030-01-01T00:00:00.000Z')");
    const status = await home.run(["migrate", "status"], env());
    expect(status.out).toMatch(/9999-of-tomorrow +2030-01-01T00:00:00\.000Z \(newer\)/);
    for (const command of ["plan", "up"]) {
      const refused = await home.run(["migrate", command], env());
      expect(refused.code).toBe(1);
      expect(refused.err).toContain("newer version");
    }
    await plain.close();
  });

  it("copies nothing from, and restores nothing into, what a gateway uses; a backup can be made", async () => {
    const store = await database.open();
    await fillSample(store, 3);
    const instance = await startInstance(store, systemClock, silentLogger);
    const target = join(home.path, "target.db");
    const copy = await home.run(["migrate", "copy", "--from", database.url, "--to", target]);
    expect(copy.err).toContain("Stop it first");
    const file = join(home.path, "one.backup");
    const backup = await home.run(["backup", file], env());
    expect(backup).toMatchObject({ code: 0 });
    expect(backup.err).toContain("auth_secret");
    const restore = await home.run(["restore", file, "--force"], env());
    expect(restore).toMatchObject({ code: 1 });
    expect(restore.err).toContain("Stop it first");
    await instance.stop();
    const copied = await home.run(["migrate", "copy", "--from", database.url, "--to", target]);
    expect(copied).toMatchObject({ code: 0 });
    const end = await openStore({ url: target, log: silentLogger });
    expect(await verifyLedger(end)).toMatchObject({ isIntact: true, exchanges: 3 });
    await end.close();
    expect((await home.run(["restore", file], env())).err).toContain("--force");
    expect(await home.run(["restore", file, "--force"], env())).toMatchObject({ code: 0 });
    expect((await home.run(["restore", file, "--check"])).out).toContain("Backup of ");
  });
});

describeOnPostgres("gateway migrate copy", (database) => {
  it("goes on after a kill -9 where it stood", async () => {
    const file = join(home.path, "ledger.db");
    const store = await openStore({ url: file, log: silentLogger });
    await fillSample(store);
    await store.close();
    const source = await connectPlainly({ dialect: "sqlite", url: file });
    await source.run(
      `with recursive n (n) as (select 1 union all select n + 1 from n where n < 200000)
       insert into stored_responses (id, owner, created_at, expires_at, model, provider, size, input, response)
       select 'resp_' || n, 'o', n, n, 'm', 'p', 2, '[]', '{}' from n`,
    );
    await source.close();
    const args = ["migrate", "copy", "--from", file, "--to", "env:TARGET"];
    const env = { TARGET: database.url };
    const first = home.start(args, env);
    const target = await connectPlainly(database);
    const progress = async (): Promise<string> => {
      const rows = await target
        .all("select progress from gateway_copy where name = 'stored_responses'")
        .catch(() => []);
      return (rows as { progress: string }[])[0]?.progress ?? "";
    };
    await expect.poll(progress, { timeout: 30_000, interval: 5 }).toContain('"isWhole":false');
    first.signal("SIGKILL");
    expect((await first.ended).code).toBeNull();
    const { rows: before } = JSON.parse(await progress()) as { rows: number };
    expect(before).toBeLessThan(200_000);
    await expect(database.open()).rejects.toThrow("a copy into it has not ended");

    const second = await home.run(args, env);
    expect(second).toMatchObject({ code: 0 });
    expect(second.err).toContain("An earlier copy was gone on with.");
    expect(second.err).not.toContain("postgres://");
    expect(second.out).toMatch(/^stored_responses +200,000 +[0-9a-f]{16}$/m);
    const copy = await database.open();
    expect(await verifyLedger(copy)).toMatchObject({ isIntact: true, exchanges: 300 });
    expect(await target.all("select count(*)::int as n, count(distinct id)::int as ids from stored_responses")).toEqual(
      [{ n: 200_000, ids: 200_000 }],
    );
    await target.close();
    const again = await home.run(args, env);
    expect(again.err).toContain("holds data already");
  });

  it("exports a script that only its owner reads", async () => {
    const file = join(home.dataDir, "ledger.db");
    const store = await openStore({ url: file, log: silentLogger });
    await fillSample(store, 10);
    await store.close();
    const script = join(home.path, "postgres.sql");
    // Also where the settings name the new database already.
    const args = ["migrate", "export", "--from", "sqlite", "--to", script];
    expect(await home.run(args, { TOKLIGENCE_LEDGER_PATH: database.url })).toMatchObject({ code: 0 });
    expect(statSync(script).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
    expect(await home.run(args)).toMatchObject({ code: 1 });
    expect(existsSync(`${script}.part`)).toBe(false);
  });
});

describe("progress", () => {
  const shown = (isTTY: boolean): string => {
    let text = "";
    let now = 0;
    const stderr = { isTTY, write: (piece: string) => void (text += piece) };
    const lines = showProgress({ stderr }, () => now);
    for (const rows of [0, 250, 500, 1_000]) {
      lines.show({ phase: "copy", table: "names", rows, totalRows: 1_000 });
      now += 3_000;
    }
    lines.end();
    return text;
  };

  it("is a bar on a terminal", () => {
    expect(shown(true).split("\r").at(-2)).toBe(
      `copying  [########################] 100 %  1,000 of 1,000 rows, 111 rows/s  names\u001b[K`,
    );
    expect(shown(true).endsWith("\r\u001b[K")).toBe(true);
  });

  it("is a line now and then elsewhere", () => {
    expect(shown(false)).toBe("copying  50 %  500 of 1,000 rows, 83 rows/s  names\n");
  });
});
