import { rmSync, writeFileSync } from "node:fs";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnSqlite } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const [NORMAL, FULL] = [1, 2];

describeOnSqlite("a group of records", (database) => {
  const syncOf = async (db: Store["db"]): Promise<unknown> =>
    (await sql<{ synchronous: number }>`pragma synchronous`.execute(db)).rows[0]?.synchronous;

  it("leaves the wait for the disk to others, and nothing else does", async () => {
    const store = await database.open();
    expect(await store.transaction?.(syncOf)).toBe(NORMAL);
    expect(await syncOf(store.db)).toBe(FULL);
    // Asked at the same moment, it waits until SQLite waits again.
    const [within, beside] = await Promise.all([store.transaction?.(syncOf), store.db.transaction().execute(syncOf)]);
    expect([within, beside]).toEqual([NORMAL, FULL]);
    const failing = store.transaction?.(() => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(await syncOf(store.db)).toBe(FULL);
  });

  it("waits while the disk does not confirm it, and is in the ledger once when it does", async () => {
    const store = await database.open();
    const log = recordingLogger();
    const writer = createExchangeWriter({ store, instanceId: 1, clock: systemClock, log, spillFile: null });
    // Without its name, SQLite writes the file on, and nobody else can reach it.
    rmSync(`${database.url}-wal`);
    for (const n of [0, 1, 2]) writer.close(completedRecord(FIRST_ID + n));
    await expect
      .poll(() => log.lines.map(({ fields }) => "code" in fields && fields.code))
      .toEqual(["SQLITE_IOERR_FSYNC"]);
    expect(writer.pending()).toBe(3);
    writeFileSync(`${database.url}-wal`, "");
    await expect.poll(() => writer.pending()).toBe(0);
    expect(await store.db.selectFrom("exchanges").select("id").execute()).toHaveLength(3);
    const sums = store.db.selectFrom("usage_days").select("requests").where("dimension", "=", 0).where("scope", "=", 0);
    expect(await sums.execute()).toEqual([{ requests: 3 }]);
    await writer.stop();
  });
});
