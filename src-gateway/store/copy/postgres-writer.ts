import pg from "pg";
import { silentLogger } from "../../lib/logger.ts";
import { recordPostgres } from "../migrations/record-migrations.ts";
import { openStore } from "../open-store.ts";
import { createPartitions } from "../partitions.ts";
import type { CopyTable, TableProgress, TableReader, TableWriter } from "./copy-types.ts";
import { describePostgresTables, listPostgresTables, MIGRATIONS_TABLE, type OwnTables } from "./describe-tables.ts";
import { leanLinesOf } from "./lean-lines.ts";
import { copyIn } from "./postgres-lines.ts";
import { connectPostgres, openPostgresReader } from "./postgres-reader.ts";
import { CREATE_PROGRESS_TABLE, PROGRESS_TABLE, type ProgressRow, parseProgress } from "./progress-table.ts";
import { refuseForeign, refuseFull } from "./refuse-target.ts";

/** Any number does, as long as all copies use the same. */
const COPY_LOCK = 7_031_642_914;

/** @throws Error when other data is there, or when another copy into it runs. */
export async function openPostgresWriter(url: string, own: OwnTables): Promise<TableWriter> {
  const client = await connectPostgres(url);
  try {
    const { rows } = await client.query<{ isMine: boolean }>(`select pg_try_advisory_lock(${COPY_LOCK}) as "isMine"`);
    if (rows[0]?.isMine !== true) throw new Error("Another copy into this database runs.");
    const all = new Set([...own.ledger, ...own.bodies]);
    const present = await listPostgresTables(client);
    const isResumed = present.includes(PROGRESS_TABLE);
    refuseForeign(present, new Set([...all, MIGRATIONS_TABLE, PROGRESS_TABLE]));
    if (!isResumed) {
      if (present.length > 0 && !present.includes(MIGRATIONS_TABLE)) refuseForeign(present, new Set());
      const store = await openStore({ url, log: silentLogger });
      await store.close();
    }
    const tables = await describePostgresTables(client, all);
    if (!isResumed) await refuseFull(tables, own.newRows, (table) => countRows(client, table));
    return new PostgresWriter(client, url, tables, own);
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function countRows(client: pg.Client, { name }: CopyTable): Promise<number> {
  // More than a handful is as much as a million here.
  const { rows } = await client.query<{ n: string }>(
    `select count(*) as n from (select 1 from ${pg.escapeIdentifier(name)} limit 1000) as first_rows`,
  );
  return Number(rows[0]?.n ?? 0);
}

class PostgresWriter implements TableWriter {
  readonly dialect = "postgres";
  readonly tables: readonly CopyTable[];
  private readonly client: pg.Client;
  private readonly url: string;
  private readonly own: OwnTables;

  constructor(client: pg.Client, url: string, tables: readonly CopyTable[], own: OwnTables) {
    this.client = client;
    this.url = url;
    this.tables = tables;
    this.own = own;
  }

  async readProgress(): ReturnType<TableWriter["readProgress"]> {
    if (!(await listPostgresTables(this.client)).includes(PROGRESS_TABLE)) return null;
    const { rows } = await this.client.query<ProgressRow>(`select name, progress from ${PROGRESS_TABLE}`);
    return parseProgress(rows);
  }

  async begin(source: string, firstUs: number | null): Promise<void> {
    const statements = await recordPostgres((db) => createPartitions(db, firstUs, Date.now() * 1000));
    await this.together(async () => {
      for (const statement of statements) await this.client.query(statement);
      await this.client.query(CREATE_PROGRESS_TABLE);
      await this.client.query(`insert into ${PROGRESS_TABLE} values ('', $1)`, [source]);
      for (const { name } of this.tables.toReversed())
        await this.client.query(`delete from ${pg.escapeIdentifier(name)}`);
    });
  }

  async append(table: CopyTable, lines: readonly string[], progress: TableProgress): Promise<void> {
    const kept = leanLinesOf(table);
    await this.together(async () => {
      if (lines.length > 0) await copyIn(this.client, copyInto(kept.table), asChunks(lines.map(kept.toLean)));
      await this.client.query(
        `insert into ${PROGRESS_TABLE} values ($1, $2) on conflict (name) do update set progress = excluded.progress`,
        [table.name, JSON.stringify(progress)],
      );
    });
  }

  async setLastDrawn(table: CopyTable, value: number): Promise<void> {
    await setSequence(this.client, table, value);
  }

  async finish(): Promise<void> {
    await this.client.query(`drop table ${PROGRESS_TABLE}`);
    // Without figures the first questions of a gateway would read whole tables.
    await this.client.query("analyze");
  }

  openReader(): Promise<TableReader> {
    return openPostgresReader(this.url, this.own, true);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private async together(work: () => Promise<void>): Promise<void> {
    await this.client.query("begin");
    try {
      await work();
      await this.client.query("commit");
    } catch (error) {
      await this.client.query("rollback").catch(() => {});
      throw error;
    }
  }
}

function copyInto({ name, columns }: CopyTable): string {
  return `copy ${pg.escapeIdentifier(name)} (${columns.map((column) => pg.escapeIdentifier(column.name)).join(", ")}) from stdin`;
}

async function setSequence(client: pg.ClientBase, { name, key }: CopyTable, value: number): Promise<void> {
  await client.query(
    "select setval(pg_get_serial_sequence(quote_ident($1), $2), greatest($3::bigint, 1), $3::bigint > 0)",
    [name, key[0], value],
  );
}

const CHUNK_ROWS = 500;

async function* asChunks(lines: readonly string[]): AsyncGenerator<Buffer> {
  for (let from = 0; from < lines.length; from += CHUNK_ROWS) {
    yield Buffer.from(`${lines.slice(from, from + CHUNK_ROWS).join("\n")}\n`);
  }
}
