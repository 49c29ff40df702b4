import { sql } from "kysely";
import { createExchangesView } from "../exchanges-view.ts";
import { NAMED_COLUMNS } from "../named-columns.ts";
import { addNames } from "../names.ts";
import { createPartitions } from "../partitions.ts";
import type { MigrationStep } from "./migrate.ts";

/**
 * Texts that come again in millions of rows are kept once, and rows name them by number: a row is a third as long. On
 * PostgreSQL the rows go into a table per month.
 */
export async function nameTexts(step: MigrationStep): Promise<void> {
  const { db, dialect } = step;
  const int = dialect === "sqlite" ? "integer" : "bigint";
  const columns = await columnsOf(step);
  await sql`drop view usage_entries`.execute(db);
  for (const name of INDEXED) await sql.raw(`drop index exchanges_by_${name}`).execute(db);
  await sql`drop index exchanges_not_completed`.execute(db);
  await sql`alter table exchanges rename to exchanges_before`.execute(db);
  await createNames(step);
  await createRows(step, columns);
  await copyRows(step, columns, int);
  await sql`drop table exchanges_before`.execute(db);
  await createExchangesView(
    step,
    columns.map(({ name }) => name),
  );
}

const INDEXED = ["api_key_id", "user_id", "provider", "model_asked"] as const;

interface Column {
  name: string;
  type: string;
  isRequired: boolean;
}

async function columnsOf({ db, dialect }: MigrationStep): Promise<Column[]> {
  if (dialect === "sqlite") {
    const { rows } = await sql<{ name: string; type: string; notnull: number }>`pragma table_info(exchanges)`.execute(
      db,
    );
    return rows.map(({ name, type, notnull }) => ({ name, type: type.toLowerCase(), isRequired: notnull === 1 }));
  }
  const { rows } = await sql<{ name: string; type: string; nullable: string }>`
    select column_name as name, data_type as type, is_nullable as nullable from information_schema.columns
    where table_schema = current_schema() and table_name = 'exchanges' order by ordinal_position`.execute(db);
  return rows.map(({ name, type, nullable }) => ({ name, type, isRequired: nullable === "NO" }));
}

async function createNames({ db, dialect }: MigrationStep): Promise<void> {
  const names = db.schema.createTable("names");
  const id =
    dialect === "sqlite"
      ? names.addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      : names.addColumn("id", "bigserial", (column) => column.primaryKey());
  const table = id
    .addColumn("digest", dialect === "sqlite" ? "integer" : "bigint", (column) => column.notNull().unique())
    .addColumn("text", "text", (column) => column.notNull());
  await (dialect === "sqlite" ? table.modifyEnd(sql`strict`) : table).execute();
}

const isNamed = (column: string): boolean => (NAMED_COLUMNS as readonly string[]).includes(column);

async function createRows(step: MigrationStep, columns: readonly Column[]): Promise<void> {
  const { db, dialect } = step;
  const isSqlite = dialect === "sqlite";
  const definitions = columns.map(({ name, type, isRequired }) => {
    const kind = isNamed(name) ? (isSqlite ? "integer" : "integer") : type;
    return `${name} ${kind}${name === "id" ? (isSqlite ? " primary key" : " not null") : isRequired ? " not null" : ""}`;
  });
  const end = isSqlite ? "strict" : "partition by range (id)";
  const body = [...definitions, ...(isSqlite ? [] : ["primary key (id)"])].join(", ");
  await sql.raw(`create table exchange_rows (${body}) ${end}`).execute(db);
  for (const name of INDEXED) {
    // SQLite ends every index with the row's address, which is the id; PostgreSQL has to be told.
    await sql
      .raw(`create index exchanges_by_${name} on exchange_rows (${isSqlite ? name : `${name}, id`})`)
      .execute(db);
  }
  // Failures, and the few that are open.
  await sql`create index exchanges_not_completed on exchange_rows (id) where outcome <> 'completed'`.execute(db);
  // They are in no sum, so every report looks for them.
  await sql`create index exchanges_interrupted on exchange_rows (id) where outcome = 'interrupted'`.execute(db);
  if (!isSqlite) {
    const { rows } = await sql<{ first: number | null }>`select min(id) as first from exchanges_before`.execute(db);
    await createPartitions(db, rows[0]?.first ?? null, Date.now() * 1000);
  }
}

async function copyRows({ db, dialect }: MigrationStep, columns: readonly Column[], int: string): Promise<void> {
  for (const name of NAMED_COLUMNS) {
    const { rows } = await sql<{ text: string }>`
      select distinct ${sql.ref(name)} as text from exchanges_before where ${sql.ref(name)} is not null`.execute(db);
    await addNames(
      db,
      rows.map(({ text }) => text),
    );
  }
  // Long texts fit no ordinary index of PostgreSQL.
  await sql
    .raw(`create index names_by_text on names ${dialect === "sqlite" ? "(text)" : "using hash (text)"}`)
    .execute(db);
  const chosen = columns.map(({ name }) =>
    isNamed(name) ? `(select cast(id as ${int}) from names where text = b.${name})` : `b.${name}`,
  );
  const list = columns.map(({ name }) => name).join(", ");
  await sql.raw(`insert into exchange_rows (${list}) select ${chosen.join(", ")} from exchanges_before b`).execute(db);
  await sql`drop index names_by_text`.execute(db);
}
