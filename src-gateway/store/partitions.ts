/** On PostgreSQL the rows of each month are a table of their own: what is old can be dropped at once. */
import { type Kysely, sql } from "kysely";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "./database-errors.ts";
import type { Store } from "./open-store.ts";
import type { Database } from "./schema.ts";

/** How far ahead there are tables; a gateway that runs longer than this without looking again writes into the rest. */
const MONTHS_AHEAD = 3;

/** Any number does, as long as all gateways use the same. */
const PARTITIONS_LOCK = 7_031_642_913;
const LOOK_EVERY_MS = 12 * 3_600_000;

/** Looks now and twice a day that the tables of the next months are there. @returns what ends that. */
export async function keepPartitions(store: Store, clock: Clock, log: Logger): Promise<() => void> {
  if (store.dialect === "sqlite") return () => {};
  const look = async (): Promise<void> => {
    await store.db.transaction().execute(async (db) => {
      // Of several gateways, one at a time.
      await sql`select pg_advisory_xact_lock(${sql.lit(PARTITIONS_LOCK)})`.execute(db);
      await createPartitions(db, null, clock.nowUs());
    });
  };
  const tell = (error: unknown): void =>
    log.warn(describeError(error), "the tables for the next months could not be made; rows go into the rest meanwhile");
  await look().catch(tell);
  const timer = setInterval(() => void look().catch(tell), LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Those that are missing, from the month of `firstUs` (or the present one) on. Rows of no month go into a table for the rest. */
export async function createPartitions(db: Kysely<Database>, firstUs: number | null, nowUs: number): Promise<void> {
  await sql`create table if not exists exchange_rows_rest partition of exchange_rows default`.execute(db);
  const first = new Date((firstUs === null ? nowUs : Math.min(firstUs, nowUs)) / 1000);
  const now = new Date(nowUs / 1000);
  const end = now.getUTCFullYear() * 12 + now.getUTCMonth() + MONTHS_AHEAD;
  for (let month = first.getUTCFullYear() * 12 + first.getUTCMonth(); month <= end; month++) {
    await sql
      .raw(
        `create table if not exists exchange_rows_${nameOf(month)} partition of exchange_rows
           for values from (${startUs(month)}) to (${startUs(month + 1)})`,
      )
      .execute(db);
  }
}

const yearOf = (month: number): number => Math.floor(month / 12);
const startUs = (month: number): number => Date.UTC(yearOf(month), month % 12) * 1000;
const nameOf = (month: number): string => `${yearOf(month)}_${String((month % 12) + 1).padStart(2, "0")}`;
