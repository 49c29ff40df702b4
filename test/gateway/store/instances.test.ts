import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { type InstanceRun, recoverInterrupted, startInstance } from "../../../src-gateway/store/instances.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, type TestDatabase } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

const writerPath = fileURLToPath(new URL("./write-in-child.ts", import.meta.url));
/** A clock may be set a little while a process runs, and a line is said just after its record was handed over. */
const SLACK_US = 5_000;

const children: ChildProcess[] = [];
const runs: InstanceRun[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(runs.splice(0).map((run) => run.stop()));
});

interface Said {
  id: number;
  atUs: number;
}

/**
 * Runs until so many that it has closed are written, by its own word, then is killed as hard as possible.
 * @returns what it said, and the moment up to which all was written.
 */
async function writeAndDie(database: TestDatabase, count: number) {
  const child = spawn(process.execPath, [writerPath, database.url, join(database.folder, "unsaved.ndjson")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const opened: Said[] = [];
  const closed: Said[] = [];
  let writtenUs = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, id, atUs, waitingSinceUs] = line.split(" ");
    (word === "opened" ? opened : closed).push({ id: Number(id), atUs: Number(atUs) });
    writtenUs = Math.max(writtenUs, Number(waitingSinceUs) - SLACK_US);
    if ((closed[count]?.atUs ?? Infinity) < writtenUs) child.kill("SIGKILL");
  }
  // Until its parent has noticed, a dead process still has its number.
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return { pid: child.pid, opened, closed, writtenUs };
}

async function outcomes(store: Store): Promise<Map<number, string>> {
  const rows = await store.db.selectFrom("exchanges").select(["id", "outcome"]).execute();
  return new Map(rows.map(({ id, outcome }) => [id, outcome]));
}

async function addRun(
  store: Store,
  run: { host: string; pid: number; startedAt: number; heartbeatAt: number },
  id: number,
): Promise<number> {
  const row = await store.db
    .insertInto("instances")
    .values({ host: run.host, pid: run.pid, started_at: run.startedAt, heartbeat_at: run.heartbeatAt })
    .returning("id")
    .executeTakeFirstOrThrow();
  const writer = createExchangeWriter({
    store,
    instanceId: row.id,
    clock: systemClock,
    log: silentLogger,
    spillFile: null,
  });
  writer.open(openRecord(id));
  await writer.stop();
  return row.id;
}

/** The scope that this process writes for itself. */
async function ownHost(store: Store): Promise<string> {
  const run = await startInstance(store, systemClock, silentLogger);
  runs.push(run);
  const { host } = await store.db
    .selectFrom("instances")
    .select("host")
    .where("id", "=", run.id)
    .executeTakeFirstOrThrow();
  return host;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}

describeOnBothDatabases("the runs of the gateway", (database) => {
  it("lose nothing that was written when a process is killed, and the next start says what was open", async () => {
    const { pid, opened, closed, writtenUs } = await writeAndDie(database, 100);
    const store = await database.open();
    const before = await outcomes(store);
    const open = [...before.values()].filter((outcome) => outcome === "open").length;
    expect(open).toBeGreaterThan(0);
    expect([...before.values()].filter((outcome) => outcome === "completed").length).toBeGreaterThanOrEqual(100);

    const missing = opened.filter(({ id }) => !before.has(id));
    const unfinished = closed.filter(({ id }) => before.get(id) !== "completed");
    expect([...missing, ...unfinished].filter(({ atUs }) => atUs < writtenUs)).toEqual([]);

    const found = await recoverInterrupted(store, systemClock);
    expect(found.interrupted).toBe(open);
    expect(found.runs.map((run) => run.pid)).toEqual([pid]);
    const after = [...(await outcomes(store)).values()];
    expect(after.filter((outcome) => outcome === "interrupted")).toHaveLength(open);
    expect(after).not.toContain("open");
    expect(await recoverInterrupted(store, systemClock)).toEqual({ interrupted: 0, runs: [] });
  });

  it("leave nothing to recover after a clean stop", async () => {
    const store = await database.open();
    const run = await startInstance(store, systemClock, silentLogger);
    await run.stop();
    expect(await recoverInterrupted(store, systemClock)).toEqual({ interrupted: 0, runs: [] });
  });

  it("do not touch another gateway in the same process", async () => {
    const store = await database.open();
    const run = await startInstance(store, systemClock, silentLogger);
    runs.push(run);
    const writer = createExchangeWriter({
      store,
      instanceId: run.id,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    writer.open(openRecord(FIRST_ID));
    await writer.flush();
    expect(await recoverInterrupted(store, systemClock)).toEqual({ interrupted: 0, runs: [] });
    expect(await outcomes(store)).toEqual(new Map([[FIRST_ID, "open"]]));
    await writer.stop();
  });

  it("are told apart: alive, dead, silent, and reborn with the same process id", async () => {
    const store = await database.open();
    const host = await ownHost(store);
    const now = systemClock.nowUs();
    const second = 1_000_000;
    const cases = [
      {
        what: "a living process here",
        host,
        pid: process.ppid,
        startedAt: now - 900 * second,
        heartbeatAt: now,
        alive: true,
      },
      {
        what: "a process that is gone",
        host,
        pid: await deadPid(),
        startedAt: now - 9 * second,
        heartbeatAt: now,
        alive: false,
      },
      {
        what: "an earlier process with our number",
        host,
        pid: process.pid,
        startedAt: 1,
        heartbeatAt: now,
        alive: false,
      },
      {
        what: "another program with its number",
        host,
        pid: process.ppid,
        startedAt: 1,
        heartbeatAt: now - 61 * second,
        alive: false,
      },
      {
        what: "a replica elsewhere",
        host: "elsewhere",
        pid: 1,
        startedAt: 1,
        heartbeatAt: now - 50 * second,
        alive: true,
      },
      {
        what: "a silent replica elsewhere",
        host: "elsewhere",
        pid: 1,
        startedAt: 1,
        heartbeatAt: now - 61 * second,
        alive: false,
      },
      {
        what: "a container with our host name",
        host: `${hostname()} pid:[1]`,
        pid: process.pid,
        startedAt: 1,
        heartbeatAt: now,
        alive: true,
      },
    ];
    for (const [index, run] of cases.entries()) await addRun(store, run, FIRST_ID + index);
    const { interrupted } = await recoverInterrupted(store, systemClock);
    expect(interrupted).toBe(cases.filter(({ alive }) => !alive).length);
    const found = await outcomes(store);
    const seen = cases.map(({ what }, index) => [what, found.get(FIRST_ID + index)]);
    expect(seen).toEqual(cases.map(({ what, alive }) => [what, alive ? "open" : "interrupted"]));
  });

  it("correct what was taken for interrupted while the computer slept", async () => {
    const store = await database.open();
    const id = await addRun(store, { host: "elsewhere", pid: 1, startedAt: 1, heartbeatAt: 2 }, FIRST_ID);
    expect((await recoverInterrupted(store, systemClock)).interrupted).toBe(1);
    const writer = createExchangeWriter({
      store,
      instanceId: id,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    writer.close(completedRecord(FIRST_ID));
    await writer.stop();
    expect(await outcomes(store)).toEqual(new Map([[FIRST_ID, "completed"]]));
  });
});
