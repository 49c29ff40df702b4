/** The runs of gateway processes: who is alive, and what became of those that ended without saying so. */
import { hostname } from "node:os";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Store } from "./open-store.ts";

const HEARTBEAT_MS = 5_000;
/** A replica on another machine that was silent for this long is dead. */
const SILENT_US = 60_000_000;

export interface InstanceRun {
  id: number;
  /** Ends the run cleanly. */
  stop(): Promise<void>;
}

export interface Interruption {
  /** Exchanges that were open and are recorded as interrupted now. */
  interrupted: number;
  runs: { pid: number; startedAtUs: number; lastSeenUs: number }[];
}

export async function startInstance(store: Store, clock: Clock, log: Logger): Promise<InstanceRun> {
  const now = clock.nowUs();
  const row = await store.db
    .insertInto("instances")
    .values({ host: hostname(), pid: process.pid, started_at: now, heartbeat_at: now })
    .returning("id")
    .executeTakeFirstOrThrow();
  const beat = (fields: { heartbeat_at: number; stopped_at?: number }): Promise<unknown> =>
    store.db.updateTable("instances").set(fields).where("id", "=", row.id).execute();
  const timer = setInterval(() => {
    beat({ heartbeat_at: clock.nowUs() }).catch((error: unknown) => log.debug({ err: error }, "no heartbeat was written"));
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    id: row.id,
    async stop() {
      clearInterval(timer);
      const end = clock.nowUs();
      await beat({ heartbeat_at: end, stopped_at: end }).catch((error: unknown) => log.warn({ err: error }, "the end of this run was not written"));
    },
  };
}

/** Closes what dead runs left open. Rows of living replicas are not touched. */
export async function recoverInterrupted(store: Store, clock: Clock): Promise<Interruption> {
  const runs = await store.db.selectFrom("instances").selectAll().where("stopped_at", "is", null).execute();
  const dead = runs.filter((run) => !isAlive(run, clock.nowUs()));
  if (dead.length === 0) return { interrupted: 0, runs: [] };
  const ids = dead.map((run) => run.id);
  const result = await store.db
    .updateTable("exchanges")
    .set({
      outcome: "interrupted",
      error_code: "internal_error",
      error_message: "The gateway's process ended while this exchange was open.",
    })
    .where("outcome", "=", "open")
    .where("instance_id", "in", ids)
    .executeTakeFirst();
  await store.db.updateTable("instances").set((row) => ({ stopped_at: row.ref("heartbeat_at") })).where("id", "in", ids).execute();
  return {
    interrupted: Number(result.numUpdatedRows),
    runs: dead.map((run) => ({ pid: run.pid, startedAtUs: run.started_at, lastSeenUs: run.heartbeat_at })),
  };
}

function isAlive(run: { host: string; pid: number; heartbeat_at: number }, nowUs: number): boolean {
  // A process id says nothing about another machine, and may have been given to another program on this one.
  const isFresh = nowUs - run.heartbeat_at < SILENT_US;
  if (run.host !== hostname()) return isFresh;
  if (run.pid === process.pid) return false;
  try {
    process.kill(run.pid, 0);
    return isFresh;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" && isFresh;
  }
}
