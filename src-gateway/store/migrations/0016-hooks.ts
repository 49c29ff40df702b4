import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** The events that hooks have to be told, and what became of it. */
export async function addHooks({ db, dialect }: MigrationStep): Promise<void> {
  const isSqlite = dialect === "sqlite";
  const [int, end] = isSqlite ? ["integer", "strict"] : ["bigint", ""];
  const id = isSqlite ? "integer not null primary key autoincrement" : "bigserial primary key";
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db);
  await run(
    `create table hook_deliveries (id ${id}, event_id text not null, event_type text not null, hook text not null,
       order_key text, state text not null, attempts ${int} not null, created_at ${int} not null,
       tries_since ${int} not null, next_at ${int} not null, claimed_by ${int}, claimed_until ${int} not null,
       last_at ${int}, ended_at ${int}, last_code ${int}, last_ms ${int}, body text not null, last_problem text,
       last_output text) ${end}`,
  );
  await run("create index hook_deliveries_waiting on hook_deliveries (hook, next_at) where state = 'waiting'");
  await run("create index hook_deliveries_in_order on hook_deliveries (hook, order_key, id) where state = 'waiting'");
  await run("create index hook_deliveries_by_state on hook_deliveries (state, id)");
  await run("create index hook_deliveries_by_end on hook_deliveries (ended_at) where ended_at is not null");
  await run(
    `create table hook_stops (hook text not null primary key, target text not null, stopped_at ${int} not null,
       why text not null) ${end}`,
  );
}
