import { sql } from "kysely";
import type { Logger } from "../../lib/logger.ts";
import type { MigrationStep } from "./migrate.ts";

/** Tables of the earlier gateway, written in Go, which kept them in files of the same names. */
const LEGACY = ["users", "api_keys", "usage_entries"] as const;

/** A database of the earlier gateway keeps its tables, under names that are not in the way; nothing is lost. */
export async function setAsideLegacyTables(step: MigrationStep, log: Logger): Promise<void> {
  const present = await tableNames(step);
  for (const name of LEGACY) {
    if (!present.has(name)) continue;
    let keptAs = `legacy_${name}`;
    for (let n = 2; present.has(keptAs); n++) keptAs = `legacy_${name}_${n}`;
    await sql`alter table ${sql.table(name)} rename to ${sql.table(keptAs)}`.execute(step.db);
    log.warn(
      { table: name, keptAs },
      "found a table of an earlier gateway; it is kept, with all its rows, under a new name",
    );
  }
}

export async function tableNames({ db, dialect }: MigrationStep): Promise<Set<string>> {
  const query =
    dialect === "sqlite"
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select table_name as name from information_schema.tables
          where table_schema = current_schema() and table_type = 'BASE TABLE'`;
  return new Set((await query.execute(db)).rows.map((row) => row.name));
}
