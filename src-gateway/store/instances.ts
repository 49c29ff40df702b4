/** The runs of gateway processes: who is alive, and what became of those that ended without saying so. */
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { type Kysely, sql } from "kysely";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "./database-errors.ts";
import { addNames } from "./names.ts";
import type { Store } from "./open-store.ts";
import type { Database } from "./schema.ts";
import { whileBusy } from "./while-busy.ts";

/** Each one is a write that the disk has to confirm, on a laptop that does nothing else, too. */
const HEARTBEAT_MS = 15_000;
/** A run that was silent for this long is dead, when nothing better is known about it. */
const SILENT_US = 60_000_000;
/** How often a living run looks for others that died. */
const LOOK_EVERY_BEATS = 4;

export interface InstanceRun {
  id: number;
  /** Ends the run cleanly. */
  stop(): Promise<void>;
}

export interface Interruption {
  /** Exchanges that were open and are recorded as interrupted now. */
  interrupted: number;
  /** The runs that ended without stopping, with the moment of their last sign of life. */
  runs: { pid: number; startedAtUs: number; lastSeenUs: number }[];
}

/** Registers this process and keeps it registered; while it runs it also closes what other, dying runs leave open. */
export async function startInstance(store: Store, clock: Clock, log: Logger): Promise<InstanceRun> {
  const now = clock.nowUs();
  const { id } = await whileBusy(() =>
    store.db
      .insertInto("instances")
      .values({ host: processScope(), pid: process.pid, started_at: now, heartbeat_at: now })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  const beat = (stoppedAt: number | null): Promise<unknown> =>
    // A run that others took for dead, because the computer slept, says here that it is not.
    whileBusy(() =>
      store.db
        .updateTable("instances")
        .set({ heartbeat_at: clock.nowUs(), stopped_at: stoppedAt })
        .where("id", "=", id)
        .execute(),
    );
  let beats = 0;
  let beating = false;
  const live = async (): Promise<void> => {
    await beat(null);
    if (++beats % LOOK_EVERY_BEATS !== 0) return;
    const { interrupted, runs } = await recoverInterrupted(store, clock);
    if (runs.length > 0)
      log.warn(
        { interrupted, runs },
        "another gateway process ended without stopping; its open requests are recorded as interrupted",
      );
  };
  const timer = setInterval(() => {
    if (beating) return;
    beating = true;
    live()
      .catch((error: unknown) => log.debug(describeError(error), "no heartbeat was written"))
      .finally(() => {
        beating = false;
      });
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    id,
    async stop() {
      clearInterval(timer);
      await beat(clock.nowUs()).catch((error: unknown) =>
        log.warn(describeError(error), "the end of this run was not written"),
      );
    },
  };
}

/** Closes what dead runs left open. Rows of living runs are not touched. */
export async function recoverInterrupted(store: Store, clock: Clock): Promise<Interruption> {
  const runs = await store.db.selectFrom("instances").selectAll().where("stopped_at", "is", null).execute();
  const dead = runs.filter((run) => !isAlive(run, clock.nowUs()));
  if (dead.length === 0) return { interrupted: 0, runs: [] };
  const ids = dead.map((run) => run.id);
  const interrupted = await whileBusy(() => store.db.transaction().execute((db) => closeRuns(db, ids)));
  return {
    interrupted,
    runs: dead.map((run) => ({ pid: run.pid, startedAtUs: run.started_at, lastSeenUs: run.heartbeat_at })),
  };
}

/** What is known of an exchange whose process ended. */
export const INTERRUPTED = {
  errorCode: "internal_error",
  errorMessage: "The gateway's process ended while this exchange was open.",
};

async function closeRuns(db: Kysely<Database>, ids: number[]): Promise<number> {
  await db
    .updateTable("instances")
    .set((row) => ({ stopped_at: row.ref("heartbeat_at") }))
    .where("id", "in", ids)
    .execute();
  const names = await addNames(db, [INTERRUPTED.errorCode]);
  const { numUpdatedRows } = await db
    .updateTable("exchange_rows")
    .set({
      outcome: "interrupted",
      error_code: names.get(INTERRUPTED.errorCode) ?? null,
      error_message: INTERRUPTED.errorMessage,
    })
    // In this wording the index of what is not completed answers.
    .where(sql<boolean>`outcome <> 'completed' and outcome = 'open'`)
    .where("instance_id", "in", ids)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

interface Run {
  host: string;
  pid: number;
  started_at: number;
  heartbeat_at: number;
}

/** As far as can be told from here. */
export function isAlive(run: Run, nowUs: number): boolean {
  const isFresh = nowUs - run.heartbeat_at < SILENT_US;
  if (run.host !== processScope()) return isFresh;
  // Our own number: either a gateway in this very process, or one before it that had the same number.
  if (run.pid === process.pid) return run.started_at >= Math.floor(performance.timeOrigin * 1000);
  try {
    process.kill(run.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // There is such a process, but its number may have been given to another program.
  return isFresh;
}

let scope: string | null = null;

/** Where a process id means one process: the machine, and in a container only that container. */
function processScope(): string {
  scope ??= [hostname(), pidNamespace()].filter(Boolean).join(" ");
  return scope;
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
