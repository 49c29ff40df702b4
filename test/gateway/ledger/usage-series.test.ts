import { expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { createUsageReports } from "../../../src-gateway/ledger/usage-reports.ts";
import { runsOf } from "../../../src-gateway/ledger/usage-series.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord } from "../../support/exchange-records.ts";

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** Midnight in UTC. */
const DAY = 20_700 * DAY_US;

async function write(store: Store, records: ExchangeRecord[]): Promise<void> {
  const writer = createExchangeWriter({ store, instanceId: 1, clock: systemClock, log: silentLogger, spillFile: null });
  for (const record of records) writer.close(record);
  await writer.stop();
}

describeOnBothDatabases("use in time", (database) => {
  const open = async (records: ExchangeRecord[]) => {
    const store = await database.open();
    await write(store, records);
    return createUsageReports(store);
  };

  it("adds to the sums of the same time, whatever it is grouped by", async () => {
    const records = Array.from({ length: 60 }, (_, place) =>
      completedRecord(DAY + place * 2 * HOUR_US + place, {
        provider: ["openai", "anthropic", null][place % 3] ?? null,
        agent: place % 2 === 0 ? "codex" : null,
        outcome: place % 7 === 0 ? "failed" : "completed",
      }),
    );
    const usage = await open(records);
    const startsUs = Array.from({ length: 6 }, (_, day) => DAY + day * DAY_US);
    const toUs = DAY + 6 * DAY_US;
    const sum = await usage.total({ fromUs: DAY, toUs });
    for (const groupBy of ["all", "user", "key", "agent", "provider", "model"] as const) {
      const { groups } = await usage.series({ startsUs, toUs, groupBy, limit: 20 });
      const all = (pick: (group: (typeof groups)[number]) => number[]): number =>
        groups.flatMap(pick).reduce((total, each) => total + each, 0);
      expect([all((group) => group.requests), all((group) => group.failures), all((group) => group.costNano)]).toEqual([
        sum.requests,
        sum.failures,
        sum.costNano,
      ]);
      expect(all((group) => group.output)).toBe(sum.usage.output);
    }
    const days = await usage.breakdown({ fromUs: DAY, toUs, groupBy: "day" });
    const { groups } = await usage.series({ startsUs, toUs, groupBy: "all", limit: 1 });
    expect(groups[0]?.requests.filter((count) => count > 0)).toEqual(days.map(({ requests }) => requests));
  });

  it("follows days of any length, such as those in which clocks are changed", async () => {
    // A day of 23 hours between two of 24.
    const startsUs = [DAY, DAY + DAY_US, DAY + DAY_US + 23 * HOUR_US];
    const toUs = DAY + DAY_US + 47 * HOUR_US;
    const hours = [0, 23, 24, 46, 47, 70];
    const usage = await open(hours.map((hour) => completedRecord(DAY + hour * HOUR_US + 5)));
    const { groups } = await usage.series({ startsUs, toUs, groupBy: "all", limit: 1 });
    expect(groups[0]?.requests).toEqual([2, 2, 2]);
    expect(runsOf({ startsUs, toUs }).map(({ first, lengthUs }) => [first, lengthUs / HOUR_US])).toEqual([
      [0, 24],
      [1, 23],
      [2, 24],
    ]);
  });

  it("makes one group of what is small", async () => {
    const usage = await open(
      Array.from({ length: 30 }, (_, place) => completedRecord(DAY + place, { modelRouted: `model-${place % 10}` })),
    );
    const { groups } = await usage.series({ startsUs: [DAY], toUs: DAY + DAY_US, groupBy: "model", limit: 3 });
    expect(groups.map(({ isRest, requests }) => [isRest, requests[0]])).toEqual([
      [false, 3],
      [false, 3],
      [false, 3],
      [true, 21],
    ]);
  });

  it("tells one person of their own requests only", async () => {
    const usage = await open([
      completedRecord(DAY + 1, { userId: 1, provider: "openai" }),
      completedRecord(DAY + 2, { userId: 2, provider: "anthropic" }),
    ]);
    for (const groupBy of ["all", "provider", "agent", "key"] as const) {
      const { groups } = await usage.series({ startsUs: [DAY], toUs: DAY + DAY_US, groupBy, limit: 9, userId: 1 });
      expect(groups.flatMap(({ requests }) => requests)).toEqual([1]);
      expect(groups.map(({ group }) => group)).not.toContain("anthropic");
    }
  });
});
