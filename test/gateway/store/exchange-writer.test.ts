import { existsSync } from "node:fs";
import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { sql } from "kysely";
import { afterEach, expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createRequestLog } from "../../../src-gateway/request-log/request-log.ts";
import { createExchangeWriter, type ExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { ExchangeWriterOptions } from "../../../src-gateway/store/exchange-writer-options.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import {
  describeOnBothDatabases,
  describeOnPostgres,
  describeOnSqlite,
  type TestDatabase,
} from "../../suites/store.suite.ts";
import { anyRecord, completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const writers: ExchangeWriter[] = [];
afterEach(async () => {
  await Promise.all(writers.splice(0).map((writer) => writer.stop()));
});

function writerOn(store: Store, changes: Partial<ExchangeWriterOptions> = {}): ExchangeWriter {
  const writer = createExchangeWriter({
    store,
    instanceId: 1,
    clock: systemClock,
    log: silentLogger,
    spillFile: null,
    stopPatienceMs: 200,
    ...changes,
  });
  writers.push(writer);
  return writer;
}

async function rowsOf(store: Store): Promise<ExchangeRecord[]> {
  const found: ExchangeRecord[] = [];
  const requestLog = createRequestLog(store);
  for (let afterId = 0; ; ) {
    const page = await requestLog.list({ afterId, limit: 1000 });
    if (page.length === 0) return found;
    found.push(...page);
    afterId = page.at(-1)?.id ?? 0;
  }
}

const series = (count: number, from = FIRST_ID): ExchangeRecord[] =>
  Array.from({ length: count }, (_, index) => completedRecord(from + index, { bytesIn: index }));

const spilledFiles = async (database: TestDatabase): Promise<string[]> =>
  (await readdir(database.folder)).filter((name) => name.startsWith("unsaved"));

const spillPath = (database: TestDatabase): string => join(database.folder, "unsaved.ndjson");

/** The usual ones take another way than those of which something rare is to be said. */
const anyOrUsual = fc.oneof(
  anyRecord,
  fc.integer({ min: 1, max: 2 ** 52 }).map((id) => completedRecord(id)),
  fc.integer({ min: 1, max: 2 ** 52 }).map((id) => plainRecord(id)),
);

/** Not streamed, and without anything cached or thought. */
const plainRecord = (id: number, changes: Partial<ExchangeRecord> = {}): ExchangeRecord =>
  completedRecord(id, { stream: false, firstTokenUs: null, usage: { ...NO_USAGE, inputUncached: 9 }, ...changes });

describeOnBothDatabases("the exchange writer", (database) => {
  it("makes exactly 10,000 rows of 10,000 exchanges, each opened and closed", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    const records = series(10_000);
    for (const record of records) writer.open({ ...record, outcome: "open" });
    await writer.flush();
    for (const record of records) writer.close(record);
    expect(writer.pending()).toBe(10_000);
    await writer.flush();
    expect(writer.pending()).toBe(0);
    expect(await rowsOf(store)).toEqual(records);
  });

  it("stores any record so that it comes back as it was", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyOrUsual, { selector: ({ id }) => id, maxLength: 10 }), async (records) => {
        await store.db.deleteFrom("exchange_rows").execute();
        for (const record of records) writer.close(record);
        await writer.flush();
        expect(await rowsOf(store)).toEqual(records.toSorted((a, b) => a.id - b.id));
      }),
      { numRuns: 40 },
    );
  });

  it("stores those that say little and those that say more in one group, also over what they said when they were open", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    const records = Array.from({ length: 100 }, (_, n) => {
      const changes = {
        agent: `agent ${n % 3}`,
        session: n % 5 === 0 ? null : `s-${n}`,
        project: n % 4 === 0 ? "p" : null,
      };
      return n % 3 === 0 ? completedRecord(FIRST_ID + n, changes) : plainRecord(FIRST_ID + n, changes);
    });
    const usage = { ...NO_USAGE, cacheRead: 5, reasoning: 6, cacheWrite1h: 7, audioInput: 8 };
    for (const { id } of records) writer.open(openRecord(id, { usage, gitBranch: "b", project: "q", runaway: "r" }));
    await writer.flush();
    for (const record of records) writer.close(record);
    await writer.flush();
    expect(await rowsOf(store)).toEqual(records);
  });

  it("shows an exchange as open until it is closed", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    writer.open(openRecord(FIRST_ID));
    await expect.poll(() => rowsOf(store)).toEqual([openRecord(FIRST_ID)]);
    writer.close(completedRecord(FIRST_ID));
    await expect.poll(() => rowsOf(store)).toEqual([completedRecord(FIRST_ID)]);
  });

  it("keeps what was closed closed, and as it was", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    writer.close(completedRecord(FIRST_ID));
    writer.open(openRecord(FIRST_ID));
    await writer.flush();
    writer.open(openRecord(FIRST_ID));
    await writer.flush();
    writer.close(completedRecord(FIRST_ID, { outcome: "failed" }));
    await writer.flush();
    expect(await rowsOf(store)).toEqual([completedRecord(FIRST_ID)]);
  });

  it("does not open again what was taken for interrupted, but closes it", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    writer.open(openRecord(FIRST_ID));
    await writer.flush();
    await store.db
      .updateTable("exchange_rows")
      .set({ outcome: "interrupted", error_message: "gone", replay_of: 7 })
      .execute();
    writer.open(openRecord(FIRST_ID));
    await writer.flush();
    expect((await rowsOf(store))[0]?.outcome).toBe("interrupted");
    writer.close(completedRecord(FIRST_ID));
    await writer.flush();
    expect(await rowsOf(store)).toEqual([completedRecord(FIRST_ID)]);
  });

  it("keeps both when two replicas had a request in the same microsecond, with their neighbours", async () => {
    const [one, two] = [await database.open(), await database.open()];
    const [ours, theirs] = [writerOn(one, { instanceId: 1 }), writerOn(two, { instanceId: 2 })];
    const label = (id: number, project: string) => ({
      open: openRecord(id, { project }),
      closed: completedRecord(id, { project }),
    });
    const theirRows = [label(FIRST_ID, "theirs 0"), label(FIRST_ID + 1, "theirs 1")];
    const ourRows = [
      label(FIRST_ID, "ours 0"),
      label(FIRST_ID + 1, "ours 1"),
      label(FIRST_ID + 2, "ours 2"),
      label(FIRST_ID + 3, "ours 3"),
    ];
    for (const { open } of theirRows) theirs.open(open);
    await theirs.flush();
    for (const { open } of ourRows) ours.open(open);
    await ours.flush();
    expect(await rowsOf(one)).toHaveLength(6);
    for (const { closed } of ourRows) ours.close(closed);
    for (const { closed } of theirRows) theirs.close(closed);
    // Two writers of one SQLite file take turns.
    await expect
      .poll(async () => {
        await Promise.all([ours.flush(), theirs.flush()]);
        return ours.pending() + theirs.pending();
      })
      .toBe(0);
    const rows = await rowsOf(one);
    expect(new Set(rows.map(({ project }) => project))).toEqual(
      new Set(["ours 0", "ours 1", "ours 2", "ours 3", "theirs 0", "theirs 1"]),
    );
    expect(rows).toHaveLength(6);
    expect(rows.filter(({ outcome }) => outcome !== "completed")).toEqual([]);
  });

  it("puts a record aside that the database will never take, and writes its neighbours", async () => {
    const store = await database.open();
    const log = recordingLogger();
    const writer = writerOn(store, { log, spillFile: spillPath(database) });
    const records = series(64);
    records[20] = completedRecord(FIRST_ID + 20, { surface: null as never });
    records[41] = completedRecord(FIRST_ID + 41, { losses: [1n as never] });
    for (const record of records) writer.close(record);
    await writer.flush();
    expect(writer.pending()).toBe(0);
    const good = records.filter((_, index) => index !== 20 && index !== 41);
    expect(await rowsOf(store)).toEqual(good);
    const lines = (await readFile(`${spillPath(database)}.rejected`, "utf8")).split("\n").filter(Boolean);
    expect(lines.map((line) => (JSON.parse(line) as { record: { id: number } }).record.id)).toContain(FIRST_ID + 20);
    const refused = log.lines
      .filter(({ level }) => level === "error")
      .map(({ fields }) => (fields as { id: number }).id);
    expect(new Set(refused)).toEqual(new Set([FIRST_ID + 20, FIRST_ID + 41]));
  });

  it("waits for a database whose table is gone, rather than putting everything aside", async () => {
    const store = await database.open();
    const log = recordingLogger();
    const writer = writerOn(store, { log, spillFile: spillPath(database) });
    await sql`alter table exchange_rows rename to elsewhere`.execute(store.db);
    for (const record of series(130)) writer.close(record);
    await writer.flush();
    expect(writer.pending()).toBe(130);
    expect(existsSync(`${spillPath(database)}.rejected`)).toBe(false);
    await sql`alter table elsewhere rename to exchange_rows`.execute(store.db);
    await expect.poll(() => writer.pending()).toBe(0);
    expect(await rowsOf(store)).toEqual(series(130));
    await expect.poll(() => log.lines.map(({ level }) => level)).toEqual(["warn", "info"]);
  });

  it("moves what it cannot hold to disk, and back when the database takes records again", async () => {
    const store = await database.open();
    const log = recordingLogger();
    const writer = writerOn(store, { log, spillFile: spillPath(database), maxWaiting: 500 });
    await sql`alter table exchange_rows rename to elsewhere`.execute(store.db);
    for (const record of series(2_000)) writer.open({ ...record, outcome: "open" });
    await expect.poll(() => spilledFiles(database)).not.toEqual([]);
    for (const record of series(2_000)) writer.close(record);
    await writer.flush();
    // Several states of a record may wait on disk at the same time.
    expect(writer.pending()).toBeGreaterThanOrEqual(2_000);
    expect(log.text()).toContain("wait on disk");
    await sql`alter table elsewhere rename to exchange_rows`.execute(store.db);
    await expect.poll(() => writer.pending(), { timeout: 10_000 }).toBe(0);
    expect(await rowsOf(store)).toEqual(series(2_000));
    expect(await spilledFiles(database)).toEqual([]);
  });

  it("leaves on disk what it could not write before it had to stop, for the next start", async () => {
    const store = await database.open();
    const first = writerOn(store, { spillFile: spillPath(database), instanceId: 7 });
    await sql`alter table exchange_rows rename to elsewhere`.execute(store.db);
    first.open(openRecord(FIRST_ID));
    for (const record of series(100)) first.close(record);
    await first.stop();
    const text = await readFile(spillPath(database), "utf8");
    // The process may die while it writes a line, and a later one begin where it ended.
    await appendFile(spillPath(database), text.split("\n")[1]!.slice(0, 100));
    await sql`alter table elsewhere rename to exchange_rows`.execute(store.db);
    const log = recordingLogger();
    const second = writerOn(store, { log, spillFile: spillPath(database), instanceId: 8 });
    await second.flush();
    expect(await rowsOf(store)).toEqual(series(100));
    const owners = await store.db.selectFrom("exchanges").select("instance_id").distinct().execute();
    expect(owners).toEqual([{ instance_id: 7 }]);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ records: 100, broken: 1, file: spillPath(database) }]);
  });

  it("says how far it is behind", async () => {
    const store = await database.open();
    const writer = writerOn(store, { flushMs: 10_000 });
    await writer.flush();
    expect(writer.lagMs()).toBe(0);
    writer.close(completedRecord(FIRST_ID));
    await expect.poll(() => writer.lagMs()).toBeGreaterThan(20);
    await writer.flush();
    expect(writer.lagMs()).toBe(0);
  });

  it("lets streams go on between the groups of a long queue", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    for (const record of series(5_000)) writer.close(record);
    let turns = 0;
    let isWriting = true;
    const turn = (): void => {
      turns++;
      if (isWriting) setImmediate(turn);
    };
    turn();
    await writer.flush();
    isWriting = false;
    expect(turns).toBeGreaterThan(5_000 / 128);
  });
});

describeOnSqlite("the exchange writer", (database) => {
  it("writes once what was opened and closed within one group", async () => {
    const store = await database.open();
    const writer = writerOn(store);
    await sql`create temp table changes (what text)`.execute(store.db);
    for (const what of ["insert", "update"]) {
      await sql
        .raw(
          `create temp trigger count_${what} after ${what} on exchange_rows begin insert into changes values ('${what}'); end`,
        )
        .execute(store.db);
    }
    writer.open(openRecord(FIRST_ID));
    writer.close(completedRecord(FIRST_ID));
    await writer.flush();
    const { rows } = await sql<{ what: string }>`select what from changes`.execute(store.db);
    expect(rows).toEqual([{ what: "insert" }]);
  });
});

describeOnSqlite("the exchange writer on a database that may not grow", (database) => {
  it("says that it is full, keeps everything, and goes on when there is room", async () => {
    const store = await database.open();
    const log = recordingLogger();
    const writer = writerOn(store, { log, spillFile: spillPath(database) });
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.db);
    await sql.raw(`pragma max_page_count = ${rows[0]?.page_count ?? 0}`).execute(store.db);
    for (const record of series(2_000)) writer.close(record);
    await writer.flush();
    expect(writer.isDiskFull()).toBe(true);
    expect(writer.pending()).toBeGreaterThan(0);
    expect(log.text()).toContain("SQLITE_FULL");
    // Not even one that fits is put aside for good, or written twice.
    expect(existsSync(`${spillPath(database)}.rejected`)).toBe(false);
    await sql`pragma max_page_count = 1000000`.execute(store.db);
    await expect.poll(() => writer.pending(), { timeout: 10_000 }).toBe(0);
    await expect.poll(() => writer.isDiskFull()).toBe(false);
    expect(await rowsOf(store)).toEqual(series(2_000));
  });
});

describeOnPostgres("the exchange writer", (database, server) => {
  it("loses nothing when the server is stopped and started in between", async () => {
    const store = await database.open();
    const log = recordingLogger();
    const writer = writerOn(store, { log, spillFile: spillPath(database), maxWaiting: 300 });
    const records = series(2_000);
    for (const record of records.slice(0, 500)) writer.open({ ...record, outcome: "open" });
    const flushing = writer.flush();
    await server.halt();
    await flushing;
    for (const record of records.slice(500)) writer.open({ ...record, outcome: "open" });
    for (const record of records) writer.close(record);
    await expect.poll(() => log.text()).toContain("they wait, none is lost");
    expect(writer.pending()).toBeGreaterThan(0);
    await server.resume();
    await expect.poll(() => writer.pending(), { timeout: 20_000 }).toBe(0);
    expect(await rowsOf(store)).toEqual(records);
    expect(log.text()).toContain("takes records again");
  });

  it("stops in time when the server does not answer", async () => {
    const store = await database.open();
    const writer = writerOn(store, { spillFile: spillPath(database), stopPatienceMs: 300 });
    await server.halt();
    for (const record of series(10)) writer.close(record);
    const startedAt = performance.now();
    await writer.stop();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect((await readFile(spillPath(database), "utf8")).trim().split("\n")).toHaveLength(10);
    await server.resume();
  });
});
