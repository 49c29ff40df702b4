/**
 * Makes many rows of some, inside the database: what the gateway's own writer has put there is repeated further and further
 * back, with its sums. A million rows take seconds in place of minutes. The chain vouches for the first ones only.
 */
import { sql } from "kysely";
import { columnsOf } from "../../src-gateway/store/columns-of.ts";
import type { Store } from "../../src-gateway/store/open-store.ts";
import { createPartitions } from "../../src-gateway/store/partitions.ts";

const DAY_US = 86_400_000_000;

/** By how much each table's time goes back for one day. */
const TABLES = [
  { table: "exchange_rows", time: "id", aDay: DAY_US },
  { table: "usage_hours", time: "hour", aDay: 24 },
  { table: "usage_days", time: "day", aDay: 1 },
  { table: "latency_days", time: "day", aDay: 1 },
] as const;

/** @param days that each copy goes back: more than the rows touch. @param times how often they stand there in the end. */
export async function repeatLedger(store: Store, days: number, times: number): Promise<void> {
  const { db, dialect } = store;
  const { rows } = await sql<{ first: number; last: number }>`
    select min(id) as first, max(id) as last from exchange_rows`.execute(db);
  const { first, last } = rows[0] ?? { first: 0, last: 0 };
  if (dialect === "postgres") await createPartitions(db, first - days * times * DAY_US, last);
  for (const { table, time, aDay } of TABLES) {
    const columns = await columnsOf(store, table);
    const found = await sql.raw<{ first: number | null }>(`select min(${time}) as first from ${table}`).execute(db);
    const since = found.rows[0]?.first ?? 0;
    // The copies lie before the first. Each is a transaction of its own, or the write-ahead log would grow to all of them.
    for (let n = 1; n < times; n++) {
      const copied = columns.map((column) => (column === time ? `${column} - ${days * aDay} * ${n}` : column));
      await sql
        .raw(
          `insert into ${table} (${columns.join(", ")}) select ${copied.join(", ")} from ${table} where ${time} >= ${since}`,
        )
        .execute(db);
    }
  }
  await sql.raw(dialect === "postgres" ? "analyze" : "analyze main").execute(db);
}
