/** The statement of a month: the right sums, signed, and good as a witness. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";
import { createLedgerDesk, type LedgerDesk, type StatementFiles } from "../../../src-gateway/ledger/desk.ts";
import type { LedgerJob } from "../../../src-gateway/ledger/ledger-jobs.ts";
import type { SignedStatement } from "../../../src-gateway/ledger/statement-types.ts";
import type { VerifyReport } from "../../../src-gateway/ledger/verify-types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { costLines, costOf } from "../../../src-gateway/prices/cost.ts";
import { explainCost } from "../../../src-gateway/prices/explain-cost.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { bookOf, fillLedger, TEST_PRICES } from "../../support/filled-ledger.ts";
import { connectPlainly } from "../../support/plain-connection.ts";

const DAY_US = 86_400_000_000;

describeOnBothDatabases("the statement of a month", (database) => {
  let store: Store;
  let desk: LedgerDesk;
  const deskWith = (keyFile: string): LedgerDesk =>
    createLedgerDesk({
      store,
      identityStore: store,
      clock: systemClock,
      version: "1.2.3",
      keyFile,
      book: () => Promise.resolve(bookOf(TEST_PRICES)),
      costOf,
      words: { lines: costLines, explain: explainCost },
      onCostsChanged: () => Promise.resolve(),
      explainError: String,
    });

  beforeEach(async () => {
    store = await database.open();
    desk = deskWith(join(database.folder, "statement-key.pem"));
    const usage = { ...NO_USAGE, inputUncached: 1_000, output: 100 };
    await fillLedger(store, [
      { id: FIRST_ID, usage },
      { id: FIRST_ID + 1, usage, apiKeyId: null },
      { id: FIRST_ID + 2, usage, modelRouted: "=cmd()", modelServed: null },
      { id: FIRST_ID + 3, usage, usageSource: "estimated" },
      { id: FIRST_ID - 5 * DAY_US, usage, userId: 2 },
      { id: FIRST_ID + 12 * DAY_US, usage },
    ]);
  });

  async function done<Result>(job: LedgerJob): Promise<Result> {
    await expect.poll(() => desk.job(job.id)?.state).not.toBe("running");
    const { state, result, problem } = desk.job(job.id) ?? job;
    if (state === "failed") throw new Error(problem ?? "");
    return result as Result;
  }
  const make = (query: { userId?: number } = {}): Promise<StatementFiles> =>
    done(desk.statement({ month: "2026-11", ...query }));
  const parts = ({ files }: StatementFiles): [json: SignedStatement, csv: string, page: string] => {
    const [json, csv, page] = files.map(({ text }) => text);
    return [JSON.parse(json ?? "") as SignedStatement, csv ?? "", page ?? ""];
  };
  const check = (text: string): Promise<VerifyReport> => done(desk.verify(text));

  it("sums up the month, and keeps guesses apart", async () => {
    const [statement] = parts(await make());
    expect(statement.total).toMatchObject({ requests: 4, costNano: 3 * 4_500_000, unpriced: 1, inputUncached: 4_000 });
    expect(statement.estimated).toMatchObject({ requests: 1, costNano: 4_500_000 });
    expect(statement.byModel.map(({ name, requests }) => [name, requests])).toEqual([
      ["anthropic/claude-sonnet-4-5", 3],
      ["anthropic/=cmd()", 1],
    ]);
    expect(statement.byKey.map(({ name, requests }) => [name, requests])).toEqual([
      ["key 1", 3],
      ["without a key", 1],
    ]);
    expect(statement.byDay.map(({ name, requests }) => [name, requests])).toEqual([
      ["2026-11-16", 1],
      ["2026-11-21", 3],
    ]);
    expect(statement.priceSources).toEqual([{ source: "test prices 1", requests: 3, costNano: 13_500_000 }]);
    expect(statement.heads).toMatchObject([{ instanceId: 1, place: 6 }]);
    expect(parts(await make({ userId: 2 }))[0]).toMatchObject({
      total: { requests: 1 },
      scope: { kind: "user", name: "2" },
    });
  });

  it("comes as CSV that no spreadsheet runs, and as a page that loads nothing", async () => {
    const [statement, csv, page] = parts(await make());
    expect(createHash("sha256").update(csv).digest("hex")).toBe(statement.csvSha256);
    expect(csv.split("\r\n")[1]).toBe("total,2026-11,4,4000,0,0,400,0.013500000,1");
    expect(csv).toContain("\r\nmodel,anthropic/=cmd(),1,");
    expect(page).toContain("<h1>Statement for November 2026</h1>");
    expect(page).toContain("$0.0135");
    expect(page).not.toMatch(/<script|https?:|src=|<link|@import|url\(/);
  });

  it("is signed with a key that is made once and that nobody else can read", async () => {
    const file = join(database.folder, "statement-key.pem");
    expect(existsSync(file)).toBe(false);
    const [first] = parts(await make());
    const pem = readFileSync(file, "utf8");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parts(await make())[0].signature.publicKey).toBe(first.signature.publicKey);
    expect(readFileSync(file, "utf8")).toBe(pem);
  });

  it("is a witness of the ledger, and of itself", async () => {
    const { files } = await make();
    const text = files[0]?.text ?? "";
    expect(await check(text)).toMatchObject({ isIntact: true, statement: { month: "2026-11" } });
    const forged = text.replace('"requests": 4', '"requests": 3');
    expect(forged).not.toBe(text);
    expect((await check(forged)).findings).toMatchObject([{ kind: "signature-wrong" }]);
    const plain = await connectPlainly(database);
    await plain.run("delete from ledger_blocks where first_place = 1");
    await plain.close();
    const kinds = (await check(text)).findings.map(({ kind }) => kind);
    expect(kinds).toContain("head-missing");
  });

  it("of another gateway is none", async () => {
    const { files } = await make();
    const other = deskWith(join(database.folder, "other-key.pem"));
    const job = other.verify(files[0]?.text ?? "");
    await expect.poll(() => other.job(job.id)?.state).toBe("done");
    expect(other.job(job.id)?.result).toMatchObject({
      findings: [{ kind: "signature-wrong", text: expect.stringContaining("another key") }],
    });
  });

  it("says what is wrong with a month, a file or a key", async () => {
    expect(() => desk.statement({ month: "2026-13" })).toThrow("write it like 2026-11");
    await expect(check("{}")).rejects.toThrow("no statement of a ledger");
    writeFileSync(join(database.folder, "bad.pem"), "nothing");
    desk = deskWith(join(database.folder, "bad.pem"));
    await expect(make()).rejects.toThrow("no private key");
  });
});
