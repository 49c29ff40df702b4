/** Which tables there are and what they look like, asked of the databases themselves, so that none can be forgotten. */
import Sqlite from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import type pg from "pg";
import { silentLogger } from "../../lib/logger.ts";
import { type BodyDatabase, createBodyTables } from "../body-tables.ts";
import { LONGS } from "../lean-rows.ts";
import { migrate } from "../migrations/migrate.ts";
import type { Database } from "../schema.ts";
import type { ColumnKind, CopyTable } from "./copy-types.ts";

export interface OwnTables {
  ledger: ReadonlySet<string>;
  /** Kept in a file of their own on SQLite. */
  bodies: ReadonlySet<string>;
  /** Rows that a new database has already, by table. */
  newRows: ReadonlyMap<string, number>;
}

/** Beside the tables' own: which migrations they have been through. */
export const MIGRATIONS_TABLE = "schema_migrations";

/** What this program's migrations make, seen in a database that is made for the purpose. */
export async function readOwnTables(): Promise<OwnTables> {
  const ledger = new Sqlite(":memory:");
  const bodies = new Sqlite(":memory:");
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: ledger }) });
  const bodyDb = new Kysely<BodyDatabase>({ dialect: new SqliteDialect({ database: bodies }) });
  try {
    await migrate({ dialect: "sqlite", db, close: async () => {} }, silentLogger);
    await createBodyTables(bodyDb, "sqlite");
    const names = listSqliteTables(ledger).filter((name) => name !== MIGRATIONS_TABLE);
    const newRows = names.map((name): [string, number] => [
      name,
      ledger.prepare<[], number>(`select count(*) from "${name}"`).pluck().get() ?? 0,
    ]);
    return {
      ledger: new Set(names),
      bodies: new Set(listSqliteTables(bodies)),
      newRows: new Map(newRows),
    };
  } finally {
    await Promise.all([db.destroy(), bodyDb.destroy()]);
  }
}

export function listSqliteTables(database: Sqlite.Database): string[] {
  return database
    .prepare<[], string>(
      `select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual')
       and name not like 'sqlite\\_%' escape '\\' order by name`,
    )
    .pluck()
    .all();
}

export async function listPostgresTables(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = current_schema()::regnamespace
     and relkind in ('r', 'p') and not relispartition order by relname`,
  );
  return rows.map(({ name }) => name);
}

/** An index of words says nothing of columns, keys and types. */
const WORDS: CopyTable = {
  name: "body_words",
  columns: [
    { name: "id", kind: "integer" },
    { name: "words", kind: "words" },
  ],
  key: ["id"],
  hasSequence: false,
};

export function describeSqliteTables(database: Sqlite.Database, names: ReadonlySet<string>): CopyTable[] {
  const present = listSqliteTables(database).filter((name) => names.has(name));
  const sequences = database.prepare<[string], string>("select sql from sqlite_schema where name = ?").pluck();
  const tables = present.map((name): CopyTable => {
    if (name === WORDS.name) return WORDS;
    const columns = database
      .prepare<[string], { name: string; type: string; pk: number }>(
        "select name, type, pk from pragma_table_xinfo(?) where hidden = 0 order by cid",
      )
      .all(name);
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    return {
      name,
      columns: columns.map((column) => ({ name: column.name, kind: kindOf(name, column.name, column.type) })),
      key: key.map((column) => column.name),
      hasSequence: /\bautoincrement\b/i.test(sequences.get(name) ?? ""),
    };
  });
  const named = database.prepare<[string], string>(`select "table" from pragma_foreign_key_list(?)`).pluck();
  return inOrder(tables, new Map(tables.map(({ name }) => [name, name === WORDS.name ? [] : named.all(name)])));
}

export async function describePostgresTables(client: pg.ClientBase, names: ReadonlySet<string>): Promise<CopyTable[]> {
  const present = (await listPostgresTables(client)).filter((name) => names.has(name));
  const { rows: columns } = await client.query<{ table: string; name: string; type: string; sequence: string | null }>(
    `select relname as table, attname as name, format_type(atttypid, null) as type,
       pg_get_serial_sequence(quote_ident(relname), attname) as sequence
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = current_schema()::regnamespace and relname = any($1)
       and attnum > 0 and not attisdropped and attgenerated = '' and attname <> $2 order by attnum`,
    // How PostgreSQL keeps rows is of no concern to others.
    [present, LONGS],
  );
  const { rows: keys } = await client.query<{ table: string; name: string }>(
    `select relname as table, attname as name
     from pg_index join pg_class on pg_class.oid = indrelid
       cross join unnest(indkey) with ordinality as part (number, place)
       join pg_attribute on attrelid = indrelid and attnum = part.number
     where relnamespace = current_schema()::regnamespace and relname = any($1) and indisprimary order by part.place`,
    [present],
  );
  const { rows: references } = await client.query<{ table: string; to: string }>(
    `select rel.relname as table, other.relname as to from pg_constraint
       join pg_class rel on rel.oid = conrelid join pg_class other on other.oid = confrelid
     where contype = 'f' and rel.relnamespace = current_schema()::regnamespace and rel.relname = any($1)`,
    [present],
  );
  const tables = present.map((name): CopyTable => {
    const own = columns.filter(({ table }) => table === name);
    return {
      name,
      columns: own.map((column) => ({ name: column.name, kind: kindOf(name, column.name, column.type) })),
      key: keys.filter(({ table }) => table === name).map((part) => part.name),
      hasSequence: own.some(({ sequence }) => sequence !== null),
    };
  });
  const named = (name: string): string[] => references.filter(({ table }) => table === name).map(({ to }) => to);
  return inOrder(tables, new Map(present.map((name) => [name, named(name)])));
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  integer: "integer",
  bigint: "integer",
  smallint: "integer",
  text: "text",
  "character varying": "text",
  blob: "bytes",
  bytea: "bytes",
  tsvector: "words",
};

function kindOf(table: string, column: string, type: string): ColumnKind {
  const kind = KINDS[type.toLowerCase()];
  if (kind === undefined) throw new Error(`${table}.${column} has the type ${type}, which cannot be copied.`);
  return kind;
}

/** Those that are named by others come before them. */
function inOrder(tables: readonly CopyTable[], named: ReadonlyMap<string, readonly string[]>): CopyTable[] {
  const done = new Map<string, CopyTable>();
  const add = (table: CopyTable): void => {
    if (done.has(table.name)) return;
    for (const name of named.get(table.name) ?? []) {
      const other = tables.find((each) => each.name === name);
      if (other !== undefined && other !== table) add(other);
    }
    done.set(table.name, table);
  };
  for (const table of tables) add(table);
  return [...done.values()];
}
