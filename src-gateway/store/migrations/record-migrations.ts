/**
 * The statements of migrations without the database that they are for. They run on an empty SQLite database in memory; for
 * PostgreSQL each one also runs against nothing, and when it asks for columns it is told what its twin was told.
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
  let answers: object[][] = [];
  const sqlite = new Kysely<Database>({
    dialect: new SqliteDialect({ database: scratch }),
    log({ query }) {
      const text = withValues(query);
      onStatement(text);
      const table = /\bpragma[ _]table_info\W+(\w+)/i.exec(text)?.[1];
      if (table !== undefined) answers.push(columnsAnswer(scratch, table));
    },
  });
  const postgres = recordingPostgres((text) => {
    onStatement(text);
    return (/\bfrom information_schema\.columns\b/i.test(text) ? answers.shift() : null) ?? [];
  });
  try {
    const recorded: RecordedMigration[] = [];
    for (const migration of MIGRATIONS) {
      const statements: string[] = [];
      const record = (text: string): void => {
        // What is only asked changes nothing.
        if (!/^\s*(?:select|pragma table_info)\b/i.test(text)) statements.push(text.trim());
      };
      answers = [];
      onStatement = dialect === "sqlite" ? record : () => {};
      await migration.up({ db: sqlite, dialect: "sqlite" });
      onStatement = record;
      if (dialect === "postgres") await migration.up({ db: postgres, dialect });
      recorded.push({ name: migration.name, statements, tables: listTables(scratch) });
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
  const db = recordingPostgres((text) => {
    statements.push(text);
    return [];
  });
  try {
    await work(db);
    return statements;
  } finally {
    await db.destroy();
  }
}

/** @param answer is told each statement, and says which rows it gives. */
function recordingPostgres(answer: (text: string) => object[]): Kysely<Database> {
  const connection: DatabaseConnection = {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      return { rows: answer(withValues(query)) as Row[] };
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

/** As information_schema.columns would give them. */
function columnsAnswer(scratch: Sqlite.Database, table: string): object[] {
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
    if (typeof value === "number") return String(value);
    if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
    throw new Error("A migration can write numbers and texts only.");
  });
}
