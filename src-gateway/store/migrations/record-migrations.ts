/**
 * The statements of migrations without the database that they are for. They run on an empty SQLite database in memory; for
 * PostgreSQL each one also runs against nothing, and what it asks about columns is answered from there.
 */
import Sqlite from "better-sqlite3";
import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteDialect,
} from "kysely";
import type { DialectName } from "../open-store.ts";
import type { Database } from "../schema.ts";
import { MIGRATIONS } from "./migrate.ts";

export interface RecordedMigration {
  name: string;
  statements: string[];
  /** Those that there are after it, but for the one of migrations itself. */
  tables: string[];
}

/** As they would be for a database without rows. */
export async function recordMigrations(dialect: DialectName): Promise<RecordedMigration[]> {
  const scratch = new Sqlite(":memory:");
  let onStatement = (_text: string): void => {};
  const sqlite = new Kysely<Database>({
    dialect: new SqliteDialect({ database: scratch }),
    log: ({ query }) => onStatement(withValues(query)),
  });
  const postgres = recordingPostgres(scratch, (text) => onStatement(text));
  try {
    const recorded: RecordedMigration[] = [];
    for (const { name, up } of MIGRATIONS) {
      const statements: string[] = [];
      const record = (text: string): void => {
        // What is only asked changes nothing.
        if (!/^\s*(?:select|pragma table_info)\b/i.test(text)) statements.push(text.trim());
      };
      if (dialect === "postgres") {
        onStatement = record;
        await up({ db: postgres, dialect });
      }
      onStatement = dialect === "sqlite" ? record : () => {};
      await up({ db: sqlite, dialect: "sqlite" });
      recorded.push({ name, statements, tables: listTables(scratch) });
    }
    return recorded;
  } finally {
    await Promise.all([sqlite.destroy(), postgres.destroy()]);
  }
}

const listTables = (scratch: Sqlite.Database): string[] =>
  scratch
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
    )
    .pluck()
    .all();

/** What some work would say to a PostgreSQL server that answers every question with nothing. */
export async function recordPostgres(work: (db: Kysely<Database>) => Promise<void>): Promise<string[]> {
  const statements: string[] = [];
  const scratch = new Sqlite(":memory:");
  const db = recordingPostgres(scratch, (text) => statements.push(text));
  try {
    await work(db);
    return statements;
  } finally {
    await db.destroy();
    scratch.close();
  }
}

function recordingPostgres(scratch: Sqlite.Database, onStatement: (text: string) => void): Kysely<Database> {
  const connection: DatabaseConnection = {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const text = withValues(query);
      onStatement(text);
      return { rows: columnsAsked(scratch, text) as Row[] };
    },
    async *streamQuery() {},
  };
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: async () => {},
        acquireConnection: async () => connection,
        beginTransaction: async () => {},
        commitTransaction: async () => {},
        rollbackTransaction: async () => {},
        releaseConnection: async () => {},
        destroy: async () => {},
      }),
    },
  });
}

const TYPES: Readonly<Record<string, string>> = { integer: "bigint", text: "text", blob: "bytea" };

/** As information_schema.columns would answer; no rows to every other question. */
function columnsAsked(scratch: Sqlite.Database, text: string): object[] {
  const table = /from information_schema\.columns[^]*table_name = '(\w+)'/i.exec(text)?.[1];
  if (table === undefined) return [];
  return scratch
    .prepare<[string], { name: string; type: string; notnull: number; pk: number }>(
      `select name, type, "notnull", pk from pragma_table_info(?)`,
    )
    .all(table)
    .map(({ name, type, notnull, pk }) => ({
      name,
      type: TYPES[type.toLowerCase()] ?? type.toLowerCase(),
      nullable: notnull === 1 || pk > 0 ? "NO" : "YES",
    }));
}

/** The statement with its parameters written into it. */
function withValues({ sql: text, parameters }: CompiledQuery): string {
  if (parameters.length === 0) return text;
  let next = 0;
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\?|\$(\d+)/g, (token, place?: string) => {
    if (token.startsWith("'") || token.startsWith('"')) return token;
    const value = parameters[place === undefined ? next++ : Number(place) - 1];
    if (value === null || value === undefined) return "null";
    return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value as number);
  });
}
