import { expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";
import { connectPlainly } from "../../support/plain-connection.ts";

describeOnBothDatabases("the view for scripts of the earlier gateway", (database) => {
  it("shows closed exchanges under the old names, with times that SQL understands", async () => {
    const store = await database.open();
    const writer = createExchangeWriter({
      store,
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    writer.close(completedRecord(FIRST_ID, { totalUs: 1_500_000 }));
    writer.open(openRecord(FIRST_ID + 1));
    await writer.stop();
    const plain = await connectPlainly(database);
    const rows = await plain.all("select * from usage_entries where created_at >= '2026-11-20' and deleted_at is null");
    const [{ created_at, updated_at, id, ...row }] = rows as [Record<string, unknown>];
    expect(rows).toHaveLength(1);
    expect(String(id)).toBe(String(FIRST_ID));
    expect(
      [created_at, updated_at].map((time) =>
        new Date(typeof time === "string" ? `${time}Z` : (time as Date)).toISOString(),
      ),
    ).toEqual(["2026-11-21T00:00:00.000Z", "2026-11-21T00:00:01.500Z"]);
    // The drivers differ in how they hand over 64-bit integers.
    const texts = Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? String(value) : value]);
    expect(Object.fromEntries(texts)).toEqual({
      uuid: `exchange-${FIRST_ID}`,
      user_id: "1",
      api_key_id: "1",
      service_id: "anthropic",
      prompt_tokens: "2310",
      completion_tokens: "42",
      direction: "consume",
      memo: "claude-sonnet",
      deleted_at: null,
    });
    await plain.close();
  });

  it("cannot be written through", async () => {
    const store = await database.open();
    const writer = createExchangeWriter({
      store,
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    writer.close(completedRecord(FIRST_ID));
    await writer.stop();
    const plain = await connectPlainly(database);
    await expect(plain.run("delete from usage_entries")).rejects.toThrow(/usage_entries/);
    await expect(plain.run("update usage_entries set user_id = 2")).rejects.toThrow(/usage_entries/);
    expect(await plain.all("select user_id from usage_entries")).toHaveLength(1);
    await plain.close();
  });
});
