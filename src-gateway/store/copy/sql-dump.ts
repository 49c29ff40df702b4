/**
 * A database as one script, which `psql` loads into an empty one: the schema as the migrations make it on PostgreSQL, then
 * the rows. All or nothing: it is one transaction, and at its end the rows are counted. Every statement is followed by a
 * line `--`, so that our own restore need not understand SQL.
 */
import type { MigrationState } from "../migrations/migration-state.ts";
import { recordMigrations, recordPostgres } from "../migrations/record-migrations.ts";
import { createPartitions } from "../partitions.ts";
import { type CopiedTable, type CopyProgress, firstExchange } from "./copy-database.ts";
import { encodeLine } from "./copy-line.ts";
import type { CopyTable, TableReader } from "./copy-types.ts";
import { MIGRATIONS_TABLE } from "./describe-tables.ts";
import { leanLinesOf } from "./lean-lines.ts";
import { LineSum } from "./line-sum.ts";

export interface DumpOptions {
  /** Of the source; none may be newer than this program's. */
  migrations: readonly MigrationState[];
  /** One line for the head of the file. */
  title: string;
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

export type DumpedTable = CopyTable & CopiedTable;

export const STATEMENT_END = "--";
/** The migration that has PostgreSQL keep rows of exchanges as `lean-rows.ts` says. */
const LEAN_SINCE = "0022-lean-numbers";
const MIGRATIONS: CopyTable = {
  name: MIGRATIONS_TABLE,
  columns: [
    { name: "name", kind: "text" },
    { name: "applied_at", kind: "text" },
  ],
  key: ["name"],
  hasSequence: false,
};

/** Pieces of the script, a few MB each at most. @returns the tables with their sums. */
export async function* dumpSql(source: TableReader, options: DumpOptions): AsyncGenerator<string, DumpedTable[]> {
  const { onProgress = () => {} } = options;
  yield `-- ${options.title}\n-- Load it into an empty database: psql -f FILE postgres://...\n\\set ON_ERROR_STOP on\n`;
  for (const text of await schemaOf(source, options.migrations)) yield statement(text);
  const tables: DumpedTable[] = [];
  let totalRows = 0;
  for (const table of source.tables) totalRows += await source.count(table);
  let rows = 0;
  const applied = options.migrations.filter(({ appliedAt }) => appliedAt !== null);
  const isLean = applied.some(({ name }) => name === LEAN_SINCE);
  yield* rowsOf(MIGRATIONS, [applied.map(({ name, appliedAt }) => encodeLine([name, appliedAt]))]);
  for (const table of source.tables) {
    const sum = new LineSum();
    const kept = isLean ? leanLinesOf(table) : null;
    yield* rowsOf(kept?.table ?? table, watched(source.read(table), sum), kept?.toLean);
    tables.push({ ...table, rows: sum.rows, sum: sum.hex });
    rows += sum.rows;
    if (table.hasSequence) yield statement(sequenceOf(table, await source.lastDrawn(table)));
  }
  for (const table of tables) yield statement(countCheck(table));
  yield statement("commit");
  return tables;

  async function* watched(pages: AsyncIterable<string[]>, sum: LineSum): AsyncGenerator<string[]> {
    for await (const lines of pages) {
      sum.add(lines);
      const table = source.tables[tables.length]?.name ?? "";
      onProgress({ phase: "copy", table, rows: rows + sum.rows, totalRows });
      yield lines;
    }
  }
}

async function schemaOf(source: TableReader, migrations: readonly MigrationState[]): Promise<string[]> {
  const applied = new Set(migrations.filter(({ appliedAt }) => appliedAt !== null).map(({ name }) => name));
  const recorded = (await recordMigrations("postgres")).filter(({ name }) => applied.has(name));
  const first = await firstExchange(source);
  return [
    "set client_encoding = 'UTF8'",
    "begin",
    `create table ${MIGRATIONS_TABLE} (name text not null primary key, applied_at text not null)`,
    ...recorded.flatMap(({ statements }) => statements),
    ...(first === null ? [] : await recordPostgres((db) => createPartitions(db, first, Date.now() * 1000))),
    // What a new database has in its tables comes with the rows.
    ...source.tables.toReversed().map(({ name }) => `delete from ${quote(name)}`),
  ];
}

async function* rowsOf(
  table: CopyTable,
  pages: Iterable<string[]> | AsyncIterable<string[]>,
  toKept?: (line: string) => string,
): AsyncGenerator<string> {
  yield `copy ${quote(table.name)} (${table.columns.map(({ name }) => quote(name)).join(", ")}) from stdin;\n`;
  for await (const lines of pages) if (lines.length > 0) yield `${(toKept ? lines.map(toKept) : lines).join("\n")}\n`;
  yield `\\.\n${STATEMENT_END}\n`;
}

const statement = (text: string): string => `${text};\n${STATEMENT_END}\n`;
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function sequenceOf({ name, key }: CopyTable, last: number): string {
  return `select setval(pg_get_serial_sequence('${quote(name)}', '${key[0]}'), ${Math.max(last, 1)}, ${last > 0})`;
}

function countCheck({ name, rows }: DumpedTable): string {
  return `do $$ begin if (select count(*) from ${quote(name)}) <> ${rows} then raise exception 'rows are missing in ${name}'; end if; end $$`;
}
