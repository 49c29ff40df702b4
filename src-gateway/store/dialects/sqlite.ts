import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import type { Store } from "../open-store.ts";
import type { Database } from "../schema.ts";

export async function openSqlite(file: string): Promise<Store> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const isNew = !existsSync(file);
  const database = new Sqlite(file);
  // The ledger says who asked what and when: nobody else on the machine needs to read it.
  if (isNew) chmodSync(file, 0o600);
  // Waiting for a lock inside SQLite would stop every stream of the process; the callers try again instead.
  database.pragma("busy_timeout = 0");
  retryOnce(() => database.pragma("journal_mode = WAL"));
  // Groups are written twenty times a second at most, so a real sync costs little, and a power cut loses one group.
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  database.pragma("cache_size = -16384");
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database }) });
  return { dialect: "sqlite", db, close: () => db.destroy() };
}

/** Another process may be switching the same new file to WAL at this moment; it stays switched. */
function retryOnce(work: () => void): void {
  try {
    work();
  } catch {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    work();
  }
}
