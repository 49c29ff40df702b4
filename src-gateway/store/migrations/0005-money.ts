import { type ColumnDefinitionBuilder, sql } from "kysely";
import { DAY_SUMS, LATENCY_METRICS } from "../rollup-columns.ts";
import type { MigrationStep } from "./migrate.ts";
import { sumUpOldRows } from "./sum-up-old-rows.ts";

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** What each exchange cost and at which prices, corrections of that, sums per hour and day, and the chain of entries. */
export async function addMoney(step: MigrationStep): Promise<void> {
  const { db, dialect } = step;
  const int = dialect === "sqlite" ? "integer" : "bigint";
  for (const name of ["price_id", "cost_nano"]) await db.schema.alterTable("exchanges").addColumn(name, int).execute();
  for (const name of ["git_branch", "service_tier", "counts"])
    await db.schema.alterTable("exchanges").addColumn(name, "text").execute();
  await db.schema
    .createTable("applied_prices")
    .addColumn("id", int, (id) => id.primaryKey().notNull())
    .addColumn("price", "text", notNull)
    .addColumn("created_at", int, notNull)
    .execute();
  await db.schema
    .createTable("cost_corrections")
    .addColumn("id", int, (id) => id.primaryKey().notNull())
    .addColumn("instance_id", int, notNull)
    .addColumn("exchange_id", int, notNull)
    .addColumn("price_id", int)
    .addColumn("cost_nano", int)
    .addColumn("delta_nano", int, notNull)
    .addColumn("unpriced_delta", int, notNull)
    .addColumn("reason", "text", notNull)
    .addColumn("made_by", "text", notNull)
    .execute();
  await db.schema.createIndex("cost_corrections_by_exchange").on("cost_corrections").column("exchange_id").execute();
  await createSums(step);
  await sumUpOldRows(step);
  await createChain(step);
}

async function createSums({ db, dialect }: MigrationStep): Promise<void> {
  const int = dialect === "sqlite" ? "integer" : "bigint";
  const sums = DAY_SUMS.map((name) => `${name} ${int} not null`).join(", ");
  // Small tables that are read in ranges of their key: SQLite keeps such rows in the order of the key itself.
  const end = dialect === "sqlite" ? "strict, without rowid" : "";
  for (const period of ["hour", "day"]) {
    await sql
      .raw(
        `create table usage_${period}s (scope ${int} not null, dimension ${int} not null, ${period} ${int} not null,
           value text not null, ${sums}, primary key (scope, dimension, ${period}, value)) ${end}`,
      )
      .execute(db);
  }
  await sql
    .raw(
      `create table latency_days (dimension ${int} not null, metric ${int} not null, day ${int} not null,
         value text not null, bucket ${int} not null, count ${int} not null,
         primary key (dimension, metric, day, value, bucket), check (metric < ${LATENCY_METRICS.length})) ${end}`,
    )
    .execute(db);
}

async function createChain({ db, dialect }: MigrationStep): Promise<void> {
  const [int, blob, end] =
    dialect === "sqlite" ? ["integer", "blob", "strict, without rowid"] : ["bigint", "bytea", ""];
  await sql
    .raw(
      `create table ledger_chain (instance_id ${int} not null, place ${int} not null, kind ${int} not null,
         entry_id ${int} not null, hash ${blob} not null, primary key (instance_id, place)) ${end}`,
    )
    .execute(db);
  // Nothing vouches for exchanges that were closed before there was a chain.
  await sql
    .raw(
      `insert into facts (name, value) select 'ledger_chain_from', cast(coalesce(max(id), 0) as text) from exchanges`,
    )
    .execute(db);
}
