import { sql } from "kysely";
import { expect, it } from "vitest";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { describeOnSqlite, type TestDatabase } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { watchEventLoop } from "../../support/watch-event-loop.ts";
import { holdWriteLock } from "../../support/write-lock.ts";

/** Another process takes the write lock. @returns what lets go of it. */
const lock = (database: TestDatabase): Promise<() => Promise<void>> => holdWriteLock(database.url);

describeOnSqlite("a database that another process holds", (database) => {
  it("costs no record and no stall of the event loop", { retry: 2 }, async () => {
    const store = await database.open();
    const log = recordingLogger();
    const writer = createExchangeWriter({ store, instanceId: 1, clock: systemClock, log, spillFile: null });
    const unlock = await lock(database);
    const endWatch = watchEventLoop();
    let closed = 0;
    const closeOne = (): number => {
      writer.close(completedRecord(FIRST_ID + closed));
      return ++closed;
    };
    await expect.poll(closeOne, { interval: 5, timeout: 10_000 }).toBe(200);
    const waitsMs = endWatch();
    expect(writer.pending()).toBe(200);
    // Reading goes on meanwhile.
    expect(await store.db.selectFrom("exchanges").select("id").execute()).toEqual([]);
    await unlock();
    await expect.poll(() => writer.pending(), { timeout: 5_000 }).toBe(0);
    expect(await store.db.selectFrom("exchanges").select("id").execute()).toHaveLength(200);
    const said = (): string[] => log.lines.map(({ level, message }) => `${level}: ${message}`);
    // It is said a turn after the last record was written.
    await expect
      .poll(said)
      .toEqual([
        "warn: the database does not take records; they wait, none is lost",
        "info: the database takes records again",
      ]);
    await writer.stop();
    // Each of the many attempts would stall everything; a machine under load may do so now and then by itself.
    expect(waitsMs.filter((ms) => ms > 50).length).toBeLessThan(4);
    expect(waitsMs[0]).toBeLessThan(500);
  });

  it("says so at once, with nothing waiting inside SQLite", async () => {
    const store = await database.open();
    const unlock = await lock(database);
    const tookMs: number[] = [];
    for (let attempt = 0; attempt < 51; attempt++) {
      const beganAt = performance.now();
      // As a group of records is written.
      const writing = store.db.transaction().execute((db) => sql`update facts set value = value`.execute(db));
      await expect(writing).rejects.toThrow("database is locked");
      tookMs.push(performance.now() - beganAt);
    }
    await unlock();
    // A wait inside SQLite would be in each of them; a machine under load is in some.
    expect(tookMs.toSorted((a, b) => a - b)[25]).toBeLessThan(5);
  });

  it("is waited for by whoever changes users", async () => {
    const store = await database.open();
    const users = createUsers(store, systemClock);
    const unlock = await lock(database);
    const creating = users.create({ email: "patient@example.com" });
    await unlock();
    expect((await creating).email).toBe("patient@example.com");
  });
});
