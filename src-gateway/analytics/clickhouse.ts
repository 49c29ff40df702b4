/** ClickHouse over its official client, loaded only by those who have one. */
import { hash } from "node:crypto";
import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { COLUMNS, createTableSql, quoted } from "./table.ts";
import type { AnalyticsRow, AnalyticsTarget } from "./types.ts";

export interface ClickHouseOptions {
  /** `http://` or `https://`, with user and password where it has them, and the database as its path. */
  url: string;
  table: string;
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/** A confirmation has to mean that the rows are in the table, whatever the server's profile says. */
const SETTINGS = {
  wait_end_of_query: 1,
  async_insert: 0,
  wait_for_async_insert: 1,
  // A long history is caught up in few inserts, and may span more months than the server expects in one.
  max_partitions_per_insert_block: "0",
} as const;

export async function openClickHouse({
  url,
  table,
  timeoutMs = TIMEOUT_MS,
}: ClickHouseOptions): Promise<AnalyticsTarget> {
  const { ClickHouseLogLevel, createClient } = await import("@clickhouse/client");
  const client: ClickHouseClient = createClient({
    url,
    application: "tokligence-gateway",
    request_timeout: timeoutMs,
    max_open_connections: 1,
    compression: { request: true },
    // What goes wrong is told once, by the feeder.
    log: { level: ClickHouseLogLevel.OFF },
  });
  const [first, ...others] = Object.keys(COLUMNS);
  if (first === undefined) throw new Error("the table has no columns");
  return {
    id: targetId(url, table),
    async exists() {
      const found = await client.query({ query: `EXISTS TABLE ${quoted(table)}`, format: "JSONEachRow" });
      return (await found.json<{ result: number }>()).some(({ result }) => result === 1);
    },
    async create() {
      await client.command({ query: createTableSql(table), clickhouse_settings: { wait_end_of_query: 1 } });
    },
    async insert(rows, signal) {
      await client.insert<AnalyticsRow>({
        table: quoted(table),
        // Encoded as the socket takes them, so that the process has time for others in between.
        values: Readable.from(rows, { objectMode: true }),
        // With their names, an older table refuses what it has no place for, rather than leaving it out in silence.
        columns: [first, ...others],
        format: "JSONEachRow",
        abort_signal: signal,
        clickhouse_settings: SETTINGS,
      });
    },
    close: () => client.close(),
  };
}

function targetId(url: string, table: string): string {
  const { host, pathname, searchParams } = new URL(url);
  const database = searchParams.get("database") ?? pathname;
  return hash("sha256", JSON.stringify([host, database, table]), "hex").slice(0, 16);
}
