/**
 * The database: one Kysely schema on two dialects, migrated when it is opened. `store/` is knowledge: it knows rows and
 * SQL, and nothing of what the rows are used for.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Logger } from "../lib/logger.ts";
import { isTransient } from "./transient.ts";
import { migrate } from "./migrations/migrate.ts";
import type { Database } from "./schema.ts";

export type DialectName = "sqlite" | "postgres";

export interface Store {
  dialect: DialectName;
  db: Kysely<Database>;
  close(): Promise<void>;
}

/** How long another process may be in the way while this one opens the database. */
const OPEN_PATIENCE_MS = 15_000;

/**
 * @param options.url a file path, or a `postgres://` address.
 * @throws Error with a sentence for the operator when the database cannot be opened or is newer than this program.
 */
export async function openStore(options: { url: string; log: Logger }): Promise<Store> {
  const { url, log } = options;
  const isPostgres = /^postgres(?:ql)?:\/\//.test(url);
  const store = isPostgres
    ? await (await import("./dialects/postgres.ts")).openPostgres(url, log)
    : await (await import("./dialects/sqlite.ts")).openSqlite(url);
  try {
    await whileBusy(() => migrate(store, log));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Two processes may open the same new database at once; the second one waits for the first. */
async function whileBusy(work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + OPEN_PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error;
      await wait(50);
    }
  }
}
