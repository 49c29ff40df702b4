/**
 * Transactions whose wait for the disk takes place in a thread of the pool. SQLite waits inside `commit`, for milliseconds
 * in which no stream goes on; here the commit leaves it out, and who wrote goes on when the log of the database is safe.
 */
import { close, fdatasync, open } from "node:fs";
import { promisify } from "node:util";
import type Sqlite from "better-sqlite3";
import type { Kysely } from "kysely";
import { isDiskFull } from "../../lib/disk-full.ts";
import type { Store } from "../open-store.ts";
import type { Database } from "../schema.ts";

export interface LateSync {
  transaction: NonNullable<Store["transaction"]>;
  close(): Promise<void>;
}

/** @returns null where the database does not write ahead, and only itself can say when it is safe. */
export function createLateSync(database: Sqlite.Database, db: Kysely<Database>): LateSync | null {
  if (database.pragma("journal_mode", { simple: true }) !== "wal") return null;
  const path = `${database.name}-wal`;
  let log: Promise<number> | null = null;
  const forgetFile = async (): Promise<void> => {
    const opened = await log?.catch(() => null);
    log = null;
    if (typeof opened === "number") await closeFile(opened);
  };
  return {
    async transaction(work) {
      // One connection for all of it: nobody else commits while SQLite does not wait.
      const result = await db.connection().execute(async (connection) => {
        database.pragma("synchronous = NORMAL");
        try {
          return await connection.transaction().execute(work);
        } finally {
          if (!database.inTransaction) database.pragma("synchronous = FULL");
        }
      });
      try {
        // There while a connection is; no lock of SQLite is on this file, which closing it would let go.
        await sync(await (log ??= openFile(path, "r+")));
      } catch (error) {
        await forgetFile();
        throw asOfSqlite(error);
      }
      return result;
    },
    close: forgetFile,
  };
}

const openFile = promisify(open);
const closeFile = promisify(close);
const sync = promisify(fdatasync);

/** As SQLite would have called it: the database cannot be used now, and the same can be written again. */
const asOfSqlite = (cause: unknown): Error =>
  Object.assign(new Error("the disk does not take what was written to the database", { cause }), {
    code: isDiskFull(cause) ? "SQLITE_FULL" : "SQLITE_IOERR_FSYNC",
  });
