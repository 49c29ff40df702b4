import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import type { Store } from "../open-store.ts";
import type { Database } from "../schema.ts";
import { createLateSync } from "./late-sync.ts";

/** @throws the error of the file system or of SQLite; SQLITE_BUSY while another process prepares the same new file. */
export function openSqlite(file: string): Store {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  createPrivately(file);
  // Waiting for a lock inside SQLite would stop every stream of the process: callers try again instead.
  const database = new Sqlite(file, { timeout: 0 });
  try {
    database.pragma("journal_mode = WAL");
    // A power cut loses nothing that was acknowledged. Groups of exchanges wait for the same, but beside the process.
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    database.pragma("cache_size = -16384");
  } catch (error) {
    database.close();
    throw error;
  }
  const store = storeOver(database);
  const late = createLateSync(database, store.db);
  if (late === null) return store;
  return {
    ...store,
    transaction: late.transaction,
    async close() {
      await late.close();
      await store.close();
    },
  };
}

/** Changes nothing, not even the file's settings. @throws the error of SQLite when there is no such file. */
export function openSqliteForReading(file: string): Store {
  return storeOver(new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 2_000 }));
}

function storeOver(database: Sqlite.Database): Store {
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: withKnownStatements(database) }) });
  return {
    dialect: "sqlite",
    db,
    changeMark: markOf(database),
    async close() {
      await db.destroy();
      // Kysely does not close what it was never asked to use.
      database.close();
    },
  };
}

/** What other connections changed, and what this one did: two words of memory, where a query would look into tables. */
function markOf(database: Sqlite.Database): () => string | undefined {
  let read: { others: Sqlite.Statement; own: Sqlite.Statement } | null = null;
  return () => {
    try {
      read ??= {
        others: database.prepare("pragma data_version").pluck(),
        own: database.prepare("select total_changes()").pluck(),
      };
      return `${String(read.others.get())}/${String(read.own.get())}`;
    } catch {
      // Locked, or closed: whoever asks looks for itself.
      return undefined;
    }
  };
}

const MAX_STATEMENTS = 500;

/** Preparing a statement costs more than running it, and the same few come again and again. */
function withKnownStatements(database: Sqlite.Database): SqliteDatabase {
  const known = new Map<string, KnownStatement>();
  return {
    close: () => void database.close(),
    prepare(text) {
      // A full disk ends a transaction by itself; an error about the rollback would hide the one about the disk.
      if (text === "rollback" && !database.inTransaction) return new KnownStatement(database.prepare("select 1"));
      const found = known.get(text);
      // One that is being read from row by row cannot be used a second time.
      if (found !== undefined && !found.busy) return found;
      const statement = new KnownStatement(database.prepare(text));
      if (known.size >= MAX_STATEMENTS) known.clear();
      known.set(text, statement);
      return statement;
    },
  };
}

/** Takes the parameters one by one, which is a fifth of the work of a large statement cheaper than to look into a list. */
class KnownStatement implements SqliteStatement {
  readonly reader: boolean;
  private readonly statement: Sqlite.Statement;

  constructor(statement: Sqlite.Statement) {
    this.statement = statement;
    this.reader = statement.reader;
  }

  get busy(): boolean {
    return this.statement.busy;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.statement.all(...parameters);
  }

  run(parameters: readonly unknown[]): Sqlite.RunResult {
    return this.statement.run(...parameters);
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.statement.iterate(...parameters);
  }
}

/** The ledger says who asked what and when: nobody else on the machine needs to read it, not even for a moment. */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
    // A umask can only have taken from the mode.
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
