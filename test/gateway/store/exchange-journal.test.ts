import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createRequestLog } from "../../../src-gateway/request-log/request-log.ts";
import { createExchangeJournal, recoverJournals } from "../../../src-gateway/store/exchange-journal.ts";
import { noteOf } from "../../../src-gateway/store/exchange-notes.ts";
import { createExchangeWriter, type ExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { OwnedRecord } from "../../../src-gateway/store/group-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

const writers: ExchangeWriter[] = [];
/** A turn of the event loop. */
const turnIsOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
afterEach(async () => {
  await Promise.all(writers.splice(0).map((writer) => writer.stop()));
});

describeOnBothDatabases("what a killed process had not written", (database) => {
  const spillFile = (): string => join(database.folder, "unsaved-exchanges.ndjson");
  /** @param flushMs so long that nothing is written by itself. */
  const writerOn = (store: Store, flushMs = 3_600_000): ExchangeWriter => {
    const journal = createExchangeJournal(database.folder, silentLogger);
    const writer = createExchangeWriter({
      store,
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: spillFile(),
      journal,
      flushMs,
    });
    writers.push(writer);
    return writer;
  };
  const noted = (): string[] => readdirSync(database.folder).filter((name) => name.startsWith("noted-"));
  const outcomes = async (store: Store): Promise<(string | null)[][]> =>
    (await createRequestLog(store).list({ limit: 100 })).map(({ outcome, errorCode }) => [outcome, errorCode]);

  it("is there after the next start: what had ended as it ended, what was open as interrupted", async () => {
    const store = await database.open();
    const killed = writerOn(store);
    // Its first pass, over nothing, has been.
    await killed.flush();
    killed.open(openRecord(FIRST_ID));
    killed.open(openRecord(FIRST_ID + 1));
    killed.close(completedRecord(FIRST_ID + 1));
    await turnIsOver();
    expect(await outcomes(store)).toEqual([]);
    for (const name of noted()) expect(statSync(join(database.folder, name)).mode & 0o077).toBe(0);
    appendFileSync(join(database.folder, noted()[0] ?? ""), '{"instanceId":1,"rec');

    expect(await recoverJournals(database.folder, spillFile())).toBe(2);
    await writerOn(store).flush();
    expect(await outcomes(store)).toEqual([
      ["completed", null],
      ["interrupted", "internal_error"],
    ]);
    expect(await recoverJournals(database.folder, spillFile())).toBe(0);
  });

  it("does not undo what was written after all", async () => {
    const store = await database.open();
    const first = writerOn(store);
    first.open(openRecord(FIRST_ID));
    await turnIsOver();
    // As if the process had been killed between its last two steps.
    const notes = Buffer.concat(noted().map((name) => readFileSync(join(database.folder, name))));
    first.close(completedRecord(FIRST_ID));
    await first.flush();
    await first.stop();
    expect(noted()).toEqual([]);
    appendFileSync(join(database.folder, `noted-exchanges-${process.pid}-a.blocks`), notes);
    expect(await recoverJournals(database.folder, spillFile())).toBe(1);
    await writerOn(store).flush();
    expect(await outcomes(store)).toEqual([["completed", null]]);
  });

  it("is forgotten once it is written, and kept while it is not", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    await writer.flush();
    const bytes = (): number => noted().reduce((sum, name) => sum + statSync(join(database.folder, name)).size, 0);
    for (let n = 0; n < 200; n++) {
      writer.open(openRecord(FIRST_ID + n));
      if (n % 50 === 49) await writer.flush();
    }
    await writer.flush();
    expect(bytes()).toBe(0);
    await store.close();
    writer.open(openRecord(FIRST_ID + 1_000));
    await writer.flush();
    await writer.flush();
    expect(bytes()).toBeGreaterThan(0);
  });

  it("is still noted after a group that passed it over, because it has just been opened", async () => {
    const store = await database.open();
    const writer = writerOn(store, 10);
    writer.open(openRecord(FIRST_ID));
    writer.close(completedRecord(FIRST_ID + 1));
    await expect.poll(() => writer.pending()).toBe(1);
    expect(await outcomes(store)).toEqual([["completed", null]]);
    const notes = noted().map((name) => readFileSync(join(database.folder, name), "utf8"));
    expect(notes.join("")).toContain(`[1,${FIRST_ID},`);
    await expect.poll(() => outcomes(store)).toHaveLength(2);
    expect((await outcomes(store)).at(-1)).toEqual(["open", null]);
    await writer.stop();
  });

  it.each([
    ["ndjson", (owned: OwnedRecord) => JSON.stringify(owned)],
    ["notes", noteOf],
  ])("is understood also where an earlier gateway noted it, as .%s", async (suffix, lineOf) => {
    const store = await database.open();
    const lines = [openRecord(FIRST_ID), completedRecord(FIRST_ID), openRecord(FIRST_ID + 1)].map(
      (record) => `${lineOf({ instanceId: 1, record })}\n`,
    );
    appendFileSync(join(database.folder, `noted-exchanges-${process.pid}-b.${suffix}`), lines.join(""));
    expect(await recoverJournals(database.folder, spillFile())).toBe(2);
    await writerOn(store).flush();
    expect(await outcomes(store)).toEqual([
      ["interrupted", "internal_error"],
      ["completed", null],
    ]);
  });

  it("says each price once, and with it what the exchanges cost that name it", async () => {
    const store = await database.open();
    const killed = writerOn(store);
    await killed.flush();
    const price = { source: "a list", unitPrices: { input: 3 } };
    const closed = [0, 1, 2].map((n) =>
      completedRecord(FIRST_ID + n, { cost: { nano: 70 + n, priceId: n === 2 ? 6 : 5, price: { ...price, n } } }),
    );
    for (const record of closed) {
      killed.close(record);
      await turnIsOver();
    }
    const notes = noted().map((name) => readFileSync(join(database.folder, name), "utf8"));
    expect(notes.join("").split('"a list"')).toHaveLength(3);
    expect(await recoverJournals(database.folder, spillFile())).toBe(3);
    const spilled = readFileSync(spillFile(), "utf8").split("\n").filter(Boolean);
    expect(spilled.map((line) => (JSON.parse(line) as OwnedRecord).record.cost)).toEqual([
      { nano: 70, priceId: 5, price: { ...price, n: 0 } },
      { nano: 71, priceId: 5, price: { ...price, n: 0 } },
      { nano: 72, priceId: 6, price: { ...price, n: 2 } },
    ]);
  });

  it("is left alone while the process that noted it lives", async () => {
    const store = await database.open();
    const file = `noted-exchanges-${process.ppid}-a.ndjson`;
    appendFileSync(join(database.folder, file), `${JSON.stringify({ instanceId: 1, record: openRecord(FIRST_ID) })}\n`);
    expect(await recoverJournals(database.folder, spillFile())).toBe(0);
    expect(noted()).toEqual([file]);
    await store.close();
  });
});
