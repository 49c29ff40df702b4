import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** Which entries of an earlier gateway's ledger were taken over, and as which exchanges. */
export async function addImports({ db, dialect }: MigrationStep): Promise<void> {
  const [int, end] = dialect === "sqlite" ? ["integer", "strict, without rowid"] : ["bigint", ""];
  await sql
    .raw(`create table imported_entries (entry text not null primary key, exchange_id ${int} not null) ${end}`)
    .execute(db);
}
