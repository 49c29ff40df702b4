import pg from "pg";
import type { CopyTable, TableReader } from "./copy-types.ts";
import { describePostgresTables, type OwnTables } from "./describe-tables.ts";
import { LEAN_TABLE } from "./lean-lines.ts";
import { copyOut } from "./postgres-lines.ts";

/** @throws the driver's error when the server cannot be reached. */
export async function connectPostgres(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "tokligence-gateway copy",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // What is lost in mid-query is that query's error.
  client.on("error", () => {});
  await client.connect();
  return client;
}

export async function openPostgresReader(url: string, own: OwnTables, withBodies: boolean): Promise<TableReader> {
  const client = await connectPostgres(url);
  try {
    return await readOver(client, own, { withBodies, ownsClient: true });
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** @param options.ownsClient also opens a transaction, which shows all tables as they are now, and ends the connection. */
export async function readOver(
  client: pg.ClientBase & { end?: () => Promise<void> },
  own: OwnTables,
  options: { withBodies: boolean; ownsClient: boolean },
): Promise<TableReader> {
  if (options.ownsClient) await client.query("begin isolation level repeatable read read only");
  const names = options.withBodies ? new Set([...own.ledger, ...own.bodies]) : own.ledger;
  const { rows } = await client.query<{ view: string | null }>("select to_regclass('exchange_numbers') as view");
  const isLean = (rows[0]?.view ?? null) !== null;
  const tables = await describePostgresTables(client, names);
  return new PostgresReader(client, tables, { ownsClient: options.ownsClient, isLean });
}

class PostgresReader implements TableReader {
  readonly dialect = "postgres";
  readonly tables: readonly CopyTable[];
  private readonly client: pg.ClientBase & { end?: () => Promise<void> };
  private readonly ownsClient: boolean;
  private readonly isLean: boolean;

  /** @param options.isLean rows of exchanges are kept as `lean-rows.ts` says. */
  constructor(
    client: pg.ClientBase & { end?: () => Promise<void> },
    tables: readonly CopyTable[],
    options: { ownsClient: boolean; isLean: boolean },
  ) {
    this.client = client;
    this.tables = tables;
    this.ownsClient = options.ownsClient;
    this.isLean = options.isLean;
  }

  async count({ name }: CopyTable): Promise<number> {
    const { rows } = await this.client.query<{ n: string }>(`select count(*) as n from ${pg.escapeIdentifier(name)}`);
    return Number(rows[0]?.n ?? 0);
  }

  async lastDrawn({ name, hasSequence, key }: CopyTable): Promise<number> {
    if (!hasSequence) return 0;
    const { rows } = await this.client.query<{ sequence: string }>(
      "select pg_get_serial_sequence(quote_ident($1), $2) as sequence",
      [name, key[0]],
    );
    const drawn = await this.client.query<{ n: string }>(
      `select case when is_called then last_value else 0 end as n from ${rows[0]?.sequence}`,
    );
    return Number(drawn.rows[0]?.n ?? 0);
  }

  async lowest({ name, key }: CopyTable): Promise<number | null> {
    const { rows } = await this.client.query<{ lowest: string | null }>(
      `select min(${pg.escapeIdentifier(key[0] ?? "")}) as lowest from ${pg.escapeIdentifier(name)}`,
    );
    const lowest = rows[0]?.lowest ?? null;
    return lowest === null ? null : Number(lowest);
  }

  read(
    table: CopyTable,
    { ordered, after }: { ordered: boolean; after: readonly string[] | null } = { ordered: false, after: null },
  ): AsyncIterable<string[]> {
    const columns = table.columns.map(({ name, kind }) => {
      const column = pg.escapeIdentifier(name);
      return kind === "words" ? `array_to_string(tsvector_to_array(${column}), ' ')` : column;
    });
    const key = table.key.map((name) => pg.escapeIdentifier(name)).join(", ");
    const where = after === null ? "" : `where (${key}) > (${after.map((text) => pg.escapeLiteral(text)).join(", ")})`;
    const order = ordered ? `order by ${key}` : "";
    const name = this.isLean && table.name === LEAN_TABLE ? "exchange_numbers" : table.name;
    const rows = `select ${columns.join(", ")} from ${pg.escapeIdentifier(name)} ${where} ${order}`;
    return copyOut(this.client, `copy (${rows}) to stdout`);
  }

  async close(): Promise<void> {
    if (this.ownsClient) await this.client.end?.();
  }
}
