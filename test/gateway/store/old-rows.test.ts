/** A database that was filled before there were sums gives the same reports as one that had them from the beginning. */
import { expect, it } from "vitest";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";
import { connectPlainly, type PlainConnection } from "../../support/plain-connection.ts";

const HOUR_US = 3_600_000_000;
const MONEY_TABLES = ["applied_prices", "cost_corrections", "usage_hours", "usage_days", "latency_days", "ledger_chain"];

describeOnBothDatabases("a database of before there was money", (database) => {
  it("gets the sums that its rows would have made", async () => {
    const store = await database.open();
    await fill(store);
    const plain = await connectPlainly(database);
    const sums = await allSums(plain);
    const total = await createUsageReports(store).total({});
    await undoMoney(plain);
    const migrated = await database.open();
    expect(await allSums(plain)).toEqual(sums);
    expect(await createUsageReports(migrated).total({})).toEqual(total);
    expect(total.requests).toBe(63);
    await plain.close();
  });

  it("remembers where its chain begins", async () => {
    const store = await database.open();
    await fill(store);
    const plain = await connectPlainly(database);
    const from = async (): Promise<unknown> =>
      (await plain.all("select value from facts where name = 'ledger_chain_from'")).map((row) => ({ ...(row as object) }));
    expect(await from()).toEqual([{ value: "0" }]);
    await undoMoney(plain);
    await database.open();
    expect(await from()).toEqual([{ value: String(FIRST_ID + 62 * HOUR_US) }]);
    await plain.close();
  });
});

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
      totalUs: 2 ** (n % 20) + 1_000_000,
    };
    writer.close(completedRecord(FIRST_ID + n * HOUR_US, changes));
  }
  writer.close(completedRecord(FIRST_ID + 60 * HOUR_US, { outcome: "failed", modelRouted: null, provider: null }));
  writer.close(completedRecord(FIRST_ID + 61 * HOUR_US, { outcome: "refused", usageSource: "none", totalUs: null }));
  writer.open(openRecord(FIRST_ID + 62 * HOUR_US));
  writer.close(completedRecord(FIRST_ID + 5, { usageSource: "estimated" }));
  await writer.stop();
}

async function allSums(plain: PlainConnection): Promise<string[]> {
  const rows: string[] = [];
  for (const table of ["usage_hours", "usage_days", "latency_days"]) {
    for (const row of await plain.all(`select * from ${table}`)) {
      // The drivers differ in how they hand over 64-bit integers.
      const cells = Object.entries(row as object).map(([name, value]) => `${name}=${String(value)}`);
      rows.push(`${table} ${cells.join(" ")}`);
    }
  }
  return rows.sort();
}

async function undoMoney(plain: PlainConnection): Promise<void> {
  for (const table of MONEY_TABLES) await plain.run(`drop table ${table}`);
  for (const column of ["price_id", "cost_nano", "git_branch"]) await plain.run(`alter table exchanges drop column ${column}`);
  await plain.run("delete from facts where name = 'ledger_chain_from'");
  await plain.run("delete from schema_migrations where name = '0005-money'");
}
