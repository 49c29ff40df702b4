import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** Answers that Responses clients may go on from. */
export async function createStoredResponses({ db, dialect }: MigrationStep): Promise<void> {
  const isSqlite = dialect === "sqlite";
  const int = isSqlite ? "integer" : "bigint";
  const table = db.schema
    .createTable("stored_responses")
    .addColumn("id", "text", (id) => id.primaryKey().notNull())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("previous_id", "text")
    .addColumn("created_at", int, (column) => column.notNull())
    .addColumn("expires_at", int, (column) => column.notNull())
    .addColumn("model", "text", (column) => column.notNull())
    .addColumn("provider", "text", (column) => column.notNull())
    .addColumn("size", int, (column) => column.notNull())
    // Last, because SQLite reads a row from its beginning, and these two can be long.
    .addColumn("input", "text", (column) => column.notNull())
    .addColumn("response", "text", (column) => column.notNull());
  await (isSqlite ? table.modifyEnd(sql`strict`) : table).execute();
  await db.schema.createIndex("stored_responses_by_expires_at").on("stored_responses").column("expires_at").execute();
}
