import { sql } from "kysely";
import { columnsOf } from "../columns-of.ts";
import { createExchangesView, dropExchangesView } from "../exchanges-view.ts";
import { ID_SPAN, ROUTED_ELSEWHERE, SERVED_ELSEWHERE } from "../lean-columns.ts";
import type { MigrationStep } from "./migrate.ts";

/** Lists by model and outcome get their indexes; on PostgreSQL, rows and indexes shrink to what they need. */
export async function makeRowsLean(step: MigrationStep): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(step.db);
  const isSqlite = step.dialect === "sqlite";
  await dropExchangesView(step);
  if (!isSqlite) await shrink(run);
  const by = (column: string): string => (isSqlite ? column : `${column}, ${ID_SPAN}`);
  await run(
    `create index exchanges_by_model_routed on exchange_rows (${by("model_routed")}) where ${ROUTED_ELSEWHERE}`,
  );
  await run(
    `create index exchanges_by_model_served on exchange_rows (${by("model_served")}) where ${SERVED_ELSEWHERE}`,
  );
  const outcome = isSqlite ? "outcome" : "outcome, id";
  await run(`create index exchanges_by_outcome on exchange_rows (${outcome}) where outcome <> 'completed'`);
  await createExchangesView(step, await columnsOf(step, "exchange_rows"));
}

const INDEXED = ["api_key_id", "user_id", "provider", "model_asked"];
/** None of these comes near the end of its type. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  smallint: ["stream", "status"],
  integer: [
    "instance_id",
    "user_id",
    "api_key_id",
    "input_uncached",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "output_tokens",
    "reasoning",
    "audio_input",
    "audio_output",
    "own_input",
    "own_output",
  ],
};

async function shrink(run: (text: string) => Promise<unknown>): Promise<void> {
  for (const column of INDEXED) await run(`drop index exchanges_by_${column}`);
  const changes = Object.entries(TYPES).flatMap(([type, columns]) =>
    columns.map((column) => `alter column ${column} type ${type}`),
  );
  await run(`alter table exchange_rows ${changes.join(", ")}`);
  for (const column of INDEXED)
    await run(`create index exchanges_by_${column} on exchange_rows (${column}, ${ID_SPAN})`);
  // In this order no bytes are lost between the columns.
  await run(`alter table ledger_chain rename to ledger_chain_before`);
  await run(
    `create table ledger_chain (entry_id bigint not null, place bigint not null, instance_id integer not null,
       kind smallint not null, hash bytea not null)`,
  );
  await run(
    `insert into ledger_chain select entry_id, place, instance_id, kind, hash from ledger_chain_before
     order by instance_id, place`,
  );
  await run("drop table ledger_chain_before");
  await run("alter table ledger_chain add primary key (instance_id, place)");
}
