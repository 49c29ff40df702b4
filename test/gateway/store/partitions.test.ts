import { sql } from "kysely";
import { expect, it } from "vitest";
import type { Clock } from "../../../src-gateway/lib/clock.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { keepPartitions } from "../../../src-gateway/store/partitions.ts";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import { completedRecord } from "../../support/exchange-records.ts";

const clockAt = (text: string): Clock => ({ ...systemClock, nowUs: () => Date.parse(text) * 1000 });

describeOnPostgres("the rows of a month", (database) => {
  it("are a table of their own, made ahead, once, and by whoever comes first", async () => {
    const store = await database.open();
    const clock = clockAt("2031-11-30T23:00:00Z");
    const stops = await Promise.all(Array.from({ length: 4 }, () => keepPartitions(store, clock, silentLogger)));
    for (const stop of stops) stop();
    const writer = createExchangeWriter({ store, instanceId: 1, clock, log: silentLogger, spillFile: null });
    for (const time of ["2031-11-30T23:59:59Z", "2031-12-01T00:00:00Z", "2032-01-15T00:00:00Z", "2040-01-01T00:00:00Z"])
      writer.close(completedRecord(Date.parse(time) * 1000));
    await writer.stop();
    const { rows } = await sql<{ name: string }>`
      select tableoid::regclass::text as name from exchange_rows order by id`.execute(store.db);
    expect(rows.map(({ name }) => name)).toEqual([
      "exchange_rows_2031_11",
      "exchange_rows_2031_12",
      "exchange_rows_2032_01",
      "exchange_rows_rest",
    ]);
  });
});
