import { expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { EVERYBODY, ROLLUP_DIMENSIONS } from "../../../src-gateway/store/rollup-columns.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";

describeOnBothDatabases("a large group of exchanges", (database) => {
  it("counts each once, and leaves those as they were that were closed before", async () => {
    const store = await database.open();
    const writer = createExchangeWriter({
      store,
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    try {
      for (const at of [0, 7, 39]) writer.close(completedRecord(FIRST_ID + at));
      await writer.flush();
      for (let at = 0; at < 40; at++) writer.close(completedRecord(FIRST_ID + at, { project: "later" }));
      await writer.flush();
      const rows = await store.db.selectFrom("exchanges").select("project").execute();
      expect(rows).toHaveLength(40);
      expect(rows.filter(({ project }) => project === "later")).toHaveLength(37);
      const { requests } = await store.db
        .selectFrom("usage_days")
        .select(({ fn }) => fn.sum("requests").as("requests"))
        .where("dimension", "=", ROLLUP_DIMENSIONS.indexOf("all"))
        .where("scope", "=", EVERYBODY)
        .executeTakeFirstOrThrow();
      expect(Number(requests)).toBe(40);
    } finally {
      await writer.stop();
    }
  });
});
