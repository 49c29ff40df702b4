import { sql } from "kysely";
import type { MigrationStep } from "./migrations/migrate.ts";

/** Names, in their order. */
export async function columnsOf({ db, dialect }: MigrationStep, table: string): Promise<string[]> {
  const { rows } =
    dialect === "sqlite"
      ? await sql<{ name: string }>`select name from pragma_table_info(${sql.lit(table)}) order by cid`.execute(db)
      : await sql<{ name: string }>`
          select column_name as name from information_schema.columns
          where table_schema = current_schema() and table_name = ${sql.lit(table)} order by ordinal_position`.execute(
          db,
        );
  return rows.map(({ name }) => name);
}
