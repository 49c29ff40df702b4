import { Migrator } from "kysely/migration";
import type { Logger } from "../../lib/logger.ts";
import type { Store } from "../open-store.ts";
import { setAsideLegacyTables } from "./legacy-tables.ts";
import { tables } from "./2026-11-21-tables.ts";

/** In the order of their names; a migration that has landed is never changed. */
const MIGRATIONS = { "2026-11-21-tables": tables };

/** Brings the database to this program's schema. @throws Error when the database was written by a newer program. */
export async function migrate(store: Store, log: Logger): Promise<void> {
  await setAsideLegacyTables(store, log);
  const migrator = new Migrator({
    db: store.db,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(
          Object.entries(MIGRATIONS).map(([name, up]) => [name, { up: () => up(store) }]),
        ),
    },
    migrationTableName: "schema_migrations",
    migrationLockTableName: "schema_migrations_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof Error && /previously executed migration .* is missing/.test(error.message)) {
    throw new Error("The database was written by a newer version of the gateway. Update the gateway, or point it at another database.", {
      cause: error,
    });
  }
  throw error;
}
