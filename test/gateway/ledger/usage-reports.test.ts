import { expect, it } from "vitest";
import { createApiKeys } from "../../../src-gateway/auth/api-keys.ts";
import { createKeyHasher } from "../../../src-gateway/auth/key-hasher.ts";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";
import { USAGE_DIMENSIONS } from "../../../src-gateway/ledger/types.ts";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

const HOUR_US = 3_600_000_000;

async function write(store: Store, records: ExchangeRecord[]): Promise<void> {
  const writer = createExchangeWriter({ store, instanceId: 1, clock: systemClock, log: silentLogger, spillFile: null });
  for (const record of records) (record.outcome === "open" ? writer.open : writer.close).call(writer, record);
  await writer.stop();
}

const usage = {
  inputUncached: 1,
  cacheRead: 2,
  cacheWrite5m: 3,
  cacheWrite1h: 4,
  output: 5,
  reasoning: 6,
  audioInput: 7,
  audioOutput: 8,
};

/** Two days: the last hour of the first, and two hours of the second. */
const SAMPLE: ExchangeRecord[] = [
  completedRecord(FIRST_ID - 1, { usage, agent: "codex" }),
  completedRecord(FIRST_ID, { usage }),
  completedRecord(FIRST_ID + 1, { usage, outcome: "failed" }),
  completedRecord(FIRST_ID + HOUR_US, {
    usage,
    userId: 2,
    apiKeyId: 2,
    provider: "openai",
    modelRouted: "gpt-5",
    surface: "chat",
  }),
  completedRecord(FIRST_ID + HOUR_US + 1, {
    usage: NO_USAGE,
    outcome: "refused",
    userId: null,
    apiKeyId: null,
    provider: null,
    modelRouted: null,
    modelAsked: "gtp",
    session: null,
  }),
  openRecord(FIRST_ID + HOUR_US + 2),
];

describeOnBothDatabases("usage reports", (database) => {
  const rowsBy = async (store: Store, groupBy: (typeof USAGE_DIMENSIONS)[number]) =>
    (await createUsageReports(store).breakdown({ groupBy })).map(({ group, requests, failures }) => [
      group,
      requests,
      failures,
    ]);

  it("sum up what is over, and count what went wrong", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    const total = await createUsageReports(store).total({});
    const fourTimes = Object.fromEntries(Object.entries(usage).map(([name, count]) => [name, count * 4]));
    expect(total).toMatchObject({ group: null, requests: 5, failures: 2, usage: fourTimes });
  });

  it("are all zero when there is nothing", async () => {
    const reports = createUsageReports(await database.open());
    expect(await reports.total({})).toEqual({
      group: null,
      requests: 0,
      failures: 0,
      usage: NO_USAGE,
      costNano: 0,
      unpriced: 0,
      meanFirstTokenMs: null,
      meanTotalMs: null,
    });
    for (const groupBy of USAGE_DIMENSIONS) expect(await reports.breakdown({ groupBy })).toEqual([]);
  });

  it("take a user, a key and a time, whose end is not part of it", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    const reports = createUsageReports(store);
    const requests = async (query: Parameters<typeof reports.total>[0]) => (await reports.total(query)).requests;
    expect(await requests({ userId: 1 })).toBe(3);
    expect(await requests({ apiKeyId: 2 })).toBe(1);
    expect(await requests({ fromUs: FIRST_ID })).toBe(4);
    expect(await requests({ toUs: FIRST_ID })).toBe(1);
    expect(await requests({ fromUs: FIRST_ID, toUs: FIRST_ID + HOUR_US, userId: 1 })).toBe(2);
  });

  it("group by days and hours of UTC, in the order of time", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    expect(await rowsBy(store, "day")).toEqual([
      ["2026-11-20", 1, 0],
      ["2026-11-21", 4, 2],
    ]);
    expect(await rowsBy(store, "hour")).toEqual([
      ["2026-11-20T23:00Z", 1, 0],
      ["2026-11-21T00:00Z", 2, 1],
      ["2026-11-21T01:00Z", 2, 1],
    ]);
  });

  it("group by everything else, largest first", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    expect(await rowsBy(store, "provider")).toEqual([
      ["anthropic", 3, 1],
      ["openai", 1, 0],
      [null, 1, 1],
    ]);
    expect(await rowsBy(store, "model")).toEqual([
      ["claude-sonnet-4-5", 3, 1],
      ["gpt-5", 1, 0],
      ["gtp", 1, 1],
    ]);
    expect(await rowsBy(store, "agent")).toEqual([
      ["claude-code/2.1.329", 4, 2],
      ["codex", 1, 0],
    ]);
    expect(await rowsBy(store, "surface")).toEqual([
      ["messages", 4, 2],
      ["chat", 1, 0],
    ]);
    expect(await rowsBy(store, "session")).toEqual([
      ["s-1", 4, 1],
      [null, 1, 1],
    ]);
    expect(await rowsBy(store, "project")).toEqual([[null, 5, 2]]);
  });

  it("name users and keys, or give the number of one that is not there", async () => {
    const store = await database.open();
    const users = createUsers(store, systemClock);
    const { id: userId } = await users.create({ email: "ada@example.com" });
    const keys = createApiKeys(store, createKeyHasher("a secret for tests"), systemClock);
    const { key } = await keys.create({ userId, name: "laptop" });
    expect([userId, key.id]).toEqual([1, 1]);
    await write(store, SAMPLE);
    expect(await rowsBy(store, "user")).toEqual([
      ["ada@example.com", 3, 1],
      ["user 2", 1, 0],
      [null, 1, 1],
    ]);
    expect(await rowsBy(store, "key")).toEqual([
      [`laptop (${key.prefix}…)`, 3, 1],
      ["key 2", 1, 0],
      [null, 1, 1],
    ]);
  });
});
