/** `gateway ledger`, as an operator uses it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestIdOf } from "../../../src-gateway/ir/exchange-record.ts";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { fillLedger } from "../../support/filled-ledger.ts";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeAll(async () => {
  home = newHome();
  mkdirSync(home.dataDir);
  const store = await openStore({ url: join(home.dataDir, "ledger.db"), log: silentLogger });
  await store.db
    .insertInto("instances")
    .values({ host: "here", pid: 1, started_at: 1, heartbeat_at: 1, stopped_at: 1 })
    .execute();
  const usage = { ...NO_USAGE, inputUncached: 1_000, output: 100 };
  await fillLedger(store, [
    { id: FIRST_ID, usage },
    { id: FIRST_ID + 1, usage, cost: null },
  ]);
  await store.close();
});
afterAll(() => home.remove());

describe("gateway ledger", () => {
  it("says that nothing was changed", async () => {
    const { code, out } = await home.run(["ledger", "verify"]);
    expect([code, out]).toEqual([
      0,
      "The ledger is as it was written: 2 exchanges, 0 corrections, 1 chains, sums of 1 days.\n",
    ]);
  });

  it("prices what has no price, once it is told to, and says why it costs that", async () => {
    const dry = await home.run(["ledger", "recost", "--since", "2026-11-01"]);
    expect(dry.out).toContain("1 of 2 requests would be corrected by $0.0045 in all");
    expect(dry.out).toContain("--apply");
    const applied = await home.run(["ledger", "recost", "--apply", "--reason", "a price was missing"]);
    expect(applied.out).toContain("1 of 2 requests were corrected");
    expect((await home.run(["ledger", "recost", "--apply"])).out).toContain("Nothing differs among 2 requests");
    const { out } = await home.run(["ledger", "why", requestIdOf(FIRST_ID + 1)]);
    expect(out).toMatch(/as it was closed\n {2}unpriced: no price was known\n/);
    expect(out).toMatch(/corrected by the operator: a price was missing \(\$0\.0045\)\n/);
    expect(out).toMatch(/input: 1,000 tokens × \$3\.00 per million tokens = \$0\.003/);
    expect(out).toMatch(/now: \$0\.0045\n$/);
    expect((await home.run(["ledger", "why", "req_5"])).code).toBe(5);
  });

  it("writes a statement that is a witness afterwards", async () => {
    const { code, out } = await home.run(["ledger", "statement", "--month", "2026-11", "--out", "statements"]);
    expect(code).toBe(0);
    expect(out).toContain("$0.009 for 2 requests in 2026-11");
    const json = join(home.path, "statements", "statement-2026-11.json");
    for (const ending of ["json", "csv", "html"]) expect(existsSync(json.replace("json", ending))).toBe(true);
    const good = await home.run(["ledger", "verify", "--statement", json]);
    expect(good.out).toContain("as the statement for 2026-11 says");
    const wrong = await home.run(["ledger", "statement", "--month", "november", "--out", "statements"]);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("write it like 2026-11")]);
  });

  it("holds a bill beside it, and writes the evidence", async () => {
    const file = join(home.path, "usage.csv");
    const head =
      "usage_date_utc,model_version,api_key,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens";
    writeFileSync(file, `${head}\r\n2026-11-21,claude-sonnet-4-5-20250929,k,"3,000",0,0,0,300\r\n`);
    const { code, out } = await home.run([
      "ledger",
      "reconcile",
      file,
      "--provider",
      "anthropic",
      "--evidence",
      "rows.jsonl",
    ]);
    expect(code).toBe(0);
    expect(out).toContain("+1,100");
    expect(out).toContain("0 lines agree, 1 differ");
    const rows = readFileSync(join(home.path, "rows.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(rows).toMatchObject([
      { requestId: requestIdOf(FIRST_ID), line: { day: "2026-11-21", causes: ["missing-here"] } },
      { requestId: requestIdOf(FIRST_ID + 1) },
    ]);
    writeFileSync(file, `${head}\n2026-11-21,m,k,many,0,0,0,1\n`);
    const bad = await home.run(["ledger", "reconcile", file, "--provider", "anthropic"]);
    expect([bad.code, bad.err]).toEqual([
      2,
      expect.stringContaining('line 2: usage_input_tokens_no_cache is no whole number: "many"'),
    ]);
    expect((await home.run(["ledger", "reconcile", file])).err).toContain("--provider");
  });

  it("takes over an earlier gateway's ledger", async () => {
    const file = join(home.path, "old-ledger.db");
    const old = new Sqlite(file);
    old.exec(`create table usage_entries (id integer primary key, uuid text, user_id integer, api_key_id integer, service_id text,
      prompt_tokens integer, completion_tokens integer, direction text, memo text, created_at datetime, deleted_at datetime);
      insert into usage_entries values (1, 'u-1', 9, 1, 'anthropic', 7, 3, 'consume', 'claude-sonnet-4-5', '2025-11-02 10:11:12', null)`);
    old.close();
    expect((await home.run(["ledger", "import", "old-ledger.db"])).out).toContain("1 entries would be taken over");
    const { code, out } = await home.run([
      "ledger",
      "import",
      "old-ledger.db",
      "--map-user",
      "9=admin@local",
      "--apply",
    ]);
    expect(code).toBe(0);
    expect(out).toBe("1 entries were taken over (0 of them supply), with 7 tokens of input and 3 of output.\n");
    expect((await home.run(["ledger", "import", "old-ledger.db", "--apply"])).out).toContain(
      "1 were taken over before.",
    );
    expect((await home.run(["logs"])).out).toContain("claude-sonnet-4-5");
    expect((await home.run(["usage", "--by", "surface"])).out).toMatch(/imported +1/);
    expect((await home.run(["ledger", "import", "nothing.db"])).err).toContain("There is no file");
  });

  it("names the damage, and ends with 1", async () => {
    const sqlite = new Sqlite(join(home.dataDir, "ledger.db"));
    sqlite.exec(`update exchange_rows set output_tokens = 1 where id = ${FIRST_ID}`);
    sqlite.close();
    const { code, out, err } = await home.run(["ledger", "verify"]);
    expect(code).toBe(1);
    expect(out).toContain(`✗ The exchange ${requestIdOf(FIRST_ID)} does not fit the hash at place 1`);
    expect(err).toContain("the ledger is damaged");
  });
});
