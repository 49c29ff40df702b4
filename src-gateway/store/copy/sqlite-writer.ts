import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { silentLogger } from "../../lib/logger.ts";
import { bodyFileOf, openBodyStore } from "../open-body-store.ts";
import { openStore } from "../open-store.ts";
import { decodeLine } from "./copy-line.ts";
import type { CopyTable, TableProgress, TableReader, TableWriter } from "./copy-types.ts";
import { describeSqliteTables, listSqliteTables, MIGRATIONS_TABLE, type OwnTables } from "./describe-tables.ts";
import { CREATE_PROGRESS_TABLE, PROGRESS_TABLE, type ProgressRow, parseProgress } from "./progress-table.ts";
import { refuseForeign, refuseFull } from "./refuse-target.ts";
import { openSqliteReader } from "./sqlite-reader.ts";

/**
 * Into a file of ours, which is made when it is not there.
 * @param part bodies go into a file of their own, with a progress of its own.
 * @throws Error when other data is there, or when another process uses the file.
 */
export async function openSqliteWriter(
  ledgerFile: string,
  own: OwnTables,
  part: "ledger" | "bodies",
): Promise<TableWriter> {
  const file = part === "ledger" ? ledgerFile : bodyFileOf(ledgerFile);
  const isResumed = existsSync(file) && hasProgress(file);
  if (!isResumed && part === "ledger") {
    if (existsSync(file)) refuseOtherFile(file, own.ledger);
    await (await openStore({ url: file, log: silentLogger })).close();
  } else if (!isResumed) {
    await (await openBodyStore({ ledgerUrl: ledgerFile, log: silentLogger })).close();
  }
  const database = new Sqlite(file, { timeout: 2_000 });
  try {
    database.pragma("foreign_keys = ON");
    // Nobody else comes in while this copy runs.
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("begin exclusive; commit");
    const tables = describeSqliteTables(database, own[part]);
    if (!isResumed) await refuseFull(tables, own.newRows, async (table) => countRows(database, table));
    return new SqliteWriter(file, database, tables, () => openSqliteReader(ledgerFile, own, part === "bodies"));
  } catch (error) {
    database.close();
    throw error;
  }
}

function hasProgress(file: string): boolean {
  const database = new Sqlite(file, { readonly: true, timeout: 2_000 });
  try {
    return listSqliteTables(database).includes(PROGRESS_TABLE);
  } finally {
    database.close();
  }
}

function refuseOtherFile(file: string, names: ReadonlySet<string>): void {
  const database = new Sqlite(file, { readonly: true, timeout: 2_000 });
  try {
    const present = listSqliteTables(database);
    refuseForeign(present, present.includes(MIGRATIONS_TABLE) ? new Set([...names, MIGRATIONS_TABLE]) : new Set());
  } finally {
    database.close();
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const countRows = (database: Sqlite.Database, { name }: CopyTable): number =>
  database
    .prepare<[], number>(`select count(*) from (select 1 from ${quote(name)} limit 1000)`)
    .pluck()
    .get() ?? 0;

class SqliteWriter implements TableWriter {
  readonly dialect = "sqlite";
  readonly tables: readonly CopyTable[];
  private readonly file: string;
  private database: Sqlite.Database;
  private readonly reader: () => TableReader;

  constructor(file: string, database: Sqlite.Database, tables: readonly CopyTable[], reader: () => TableReader) {
    this.file = file;
    this.database = database;
    this.tables = tables;
    this.reader = reader;
  }

  async readProgress(): ReturnType<TableWriter["readProgress"]> {
    if (!listSqliteTables(this.database).includes(PROGRESS_TABLE)) return null;
    return parseProgress(this.database.prepare<[], ProgressRow>(`select name, progress from ${PROGRESS_TABLE}`).all());
  }

  async begin(source: string): Promise<void> {
    this.database.transaction(() => {
      this.database.exec(CREATE_PROGRESS_TABLE);
      this.database.prepare(`insert into ${PROGRESS_TABLE} values ('', ?)`).run(source);
      for (const { name } of this.tables.toReversed()) this.database.exec(`delete from ${quote(name)}`);
    })();
  }

  async append(table: CopyTable, lines: readonly string[], progress: TableProgress): Promise<void> {
    const kinds = table.columns.map(({ kind }) => kind);
    // An index of words knows its rows by their address only.
    const isWords = kinds.includes("words");
    const columns = table.columns.map(({ name, kind }) => (isWords && kind === "integer" ? "rowid" : quote(name)));
    this.database.transaction(() => {
      const insert = this.database.prepare(
        `insert into ${quote(table.name)} (${columns.join(", ")}) values (${kinds.map(() => "?").join(", ")})`,
      );
      for (const line of lines) insert.run(decodeLine(line, kinds));
      this.database
        .prepare(
          `insert into ${PROGRESS_TABLE} values (?, ?) on conflict (name) do update set progress = excluded.progress`,
        )
        .run(table.name, JSON.stringify(progress));
    })();
  }

  async setLastDrawn({ name }: CopyTable, value: number): Promise<void> {
    this.database.transaction(() => {
      this.database.prepare("delete from sqlite_sequence where name = ?").run(name);
      this.database.prepare("insert into sqlite_sequence (name, seq) values (?, ?)").run(name, value);
    })();
  }

  async finish(): Promise<void> {
    this.database.exec(`drop table ${PROGRESS_TABLE}`);
    this.database.exec("analyze");
  }

  async openReader(): Promise<TableReader> {
    // Nobody else may read either while the lock is held, and it goes only with the connection.
    this.database.close();
    this.database = new Sqlite(this.file, { timeout: 2_000 });
    return this.reader();
  }

  async close(): Promise<void> {
    this.database.close();
  }
}
