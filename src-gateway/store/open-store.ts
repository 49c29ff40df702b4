/**
 * The database: one Kysely schema on two dialects, migrated when it is opened. `store/` is knowledge: it knows rows and
 * SQL, and nothing of what the rows are used for.
 */
import { existsSync } from "node:fs";
import type { Kysely } from "kysely";
import { type Logger, silentLogger } from "../lib/logger.ts";
import type { PoolSettings } from "../settings/types.ts";
import { codeOf, describeError, isBusy, isTransient } from "./database-errors.ts";
import { migrate } from "./migrations/migrate.ts";
import { type MigrationState, readMigrationState, stateOf } from "./migrations/migration-state.ts";
import type { Database } from "./schema.ts";
import { whileBusy } from "./while-busy.ts";

export type DialectName = "sqlite" | "postgres";

export interface Store {
  dialect: DialectName;
  db: Kysely<Database>;
  /** Another text whenever anything in the database was changed, by whomever; not there where asking would cost a query. */
  changeMark?(): string | undefined;
  /**
   * A transaction that does not hold up the process while the disk takes it; resolves when that has. Not there where none
   * does.
   */
  transaction?: <Result>(work: (db: Kysely<Database>) => Promise<Result>) => Promise<Result>;
  close(): Promise<void>;
}

/** How long a server that is still starting, or another process that migrates, is waited for. */
const OPEN_PATIENCE_MS = 15_000;

/**
 * @param options.url a file path, or a `postgres://` address.
 * @param options.until the last migration to be done, for tests of what a newer program finds.
 * @throws Error with a sentence for the operator when the database cannot be opened or is newer than this program.
 */
export async function openStore(options: {
  url: string;
  log: Logger;
  patienceMs?: number;
  until?: string;
  /** Of PostgreSQL. */
  pool?: PoolSettings;
}): Promise<Store> {
  const { url, log, patienceMs = OPEN_PATIENCE_MS, until, pool } = options;
  const name = nameOf(url);
  let store: Store | null = null;
  let saidWhy = false;
  const isPassing = (error: unknown): boolean => {
    // A folder that cannot be written will not heal while we wait; a server may still be starting.
    if (!isBusy(error) && (codeOf(error).startsWith("SQLITE_") || !isTransient(error))) return false;
    if (!saidWhy && !isBusy(error))
      log.warn({ database: name, ...describeError(error) }, "the database cannot be used yet; waiting for it");
    saidWhy = true;
    return true;
  };
  try {
    return await whileBusy(
      async () => {
        store ??= await connect(url, log, pool);
        await migrate(store, log, until);
        return store;
      },
      { patienceMs, isPassing },
    );
  } catch (error) {
    await (store as Store | null)?.close().catch(() => {});
    throw new Error(`The database ${name} cannot be used: ${describeError(error).problem}`, { cause: error });
  }
}

export const isPostgresUrl = (url: string): boolean => /^postgres(?:ql)?:\/\//i.test(url);

async function connect(url: string, log: Logger, pool?: PoolSettings): Promise<Store> {
  // Each driver is loaded only by those who use it.
  if (isPostgresUrl(url)) return (await import("./dialects/postgres.ts")).openPostgres(url, log, pool);
  return (await import("./dialects/sqlite.ts")).openSqlite(url);
}

/** Which migrations a database has been through. Nothing is changed, and a file that is not there is not made. */
export async function lookAtMigrations(url: string): Promise<MigrationState[]> {
  if (!isPostgresUrl(url) && !existsSync(url)) return stateOf(new Map());
  let store: Store | null = null;
  try {
    store = isPostgresUrl(url)
      ? await connect(url, silentLogger)
      : (await import("./dialects/sqlite.ts")).openSqliteForReading(url);
    return await readMigrationState(store);
  } catch (error) {
    throw new Error(`The database ${nameOf(url)} cannot be read: ${describeError(error).problem}`, { cause: error });
  } finally {
    await store?.close().catch(() => {});
  }
}

/** The address without user, password and options. */
export function nameOf(url: string): string {
  if (!isPostgresUrl(url)) return url;
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}`;
  } catch {
    return "postgres://…";
  }
}
