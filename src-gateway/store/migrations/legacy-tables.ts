import { sql } from "kysely";
import type { Logger } from "../../lib/logger.ts";
import type { Store } from "../open-store.ts";

/** Tables that the earlier gateway, written in Go, kept in files of the same names. */
const LEGACY = ["users", "api_keys", "usage_entries"] as const;

/** A database of the earlier gateway keeps its tables, under names that are not in the way; nothing is lost. */
export async function setAsideLegacyTables(store: Store, log: Logger): Promise<void> {
  const present = await tableNames(store);
  if (present.has("schema_migrations")) return;
  for (const name of LEGACY) {
    if (!present.has(name)) continue;
    await sql`alter table ${sql.table(name)} rename to ${sql.table(`legacy_${name}`)}`.execute(store.db);
    log.warn({ table: name }, `found a table of an earlier gateway; it is kept as legacy_${name}`);
  }
}

async function tableNames({ db, dialect }: Store): Promise<Set<string>> {
  const query =
    dialect === "sqlite"
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'`;
  const { rows } = await query.execute(db);
  return new Set(rows.map((row) => row.name));
}
