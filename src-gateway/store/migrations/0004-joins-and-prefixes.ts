import type { MigrationStep } from "./migrate.ts";

/** Whose answer a request was given that was sent again, and what became of each prompt since the turn before. */
export async function addJoinsAndPrefixes({ db, dialect }: MigrationStep): Promise<void> {
  const int = dialect === "sqlite" ? "integer" : "bigint";
  // One at a time: SQLite adds no two columns in one statement.
  await db.schema.alterTable("exchanges").addColumn("joined_to", int).execute();
  await db.schema.alterTable("exchanges").addColumn("prefix", "text").execute();
}
