import { sql } from "kysely";
import { columnsOf } from "../columns-of.ts";
import { createExchangesView, dropExchangesView } from "../exchanges-view.ts";
import type { MigrationStep } from "./migrate.ts";

/** What the gateway itself has counted, beside what the provider reported. */
export async function addOwnCounts(step: MigrationStep): Promise<void> {
  const { db, dialect } = step;
  const int = dialect === "sqlite" ? "integer" : "bigint";
  await dropExchangesView(step);
  for (const name of ["own_input", "own_output"])
    await sql.raw(`alter table exchange_rows add column ${name} ${int}`).execute(db);
  // Few rows have them, and one report is about those alone.
  await sql`create index exchanges_own_counted on exchange_rows (id) where own_input is not null`.execute(db);
  await createExchangesView(step, await columnsOf(step, "exchange_rows"));
}
