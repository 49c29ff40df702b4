/** A group of rows in a few statements of fixed sizes, so that each of them is built and prepared once. */
import { CompiledQuery, type Kysely } from "kysely";
import type { ExchangeRow } from "./exchange-rows.ts";
import { isLong, LONGS, SHORT_COLUMNS, toLean } from "./lean-rows.ts";
import { NAMED_COLUMNS } from "./named-columns.ts";
import type { DialectName } from "./open-store.ts";
import type { Database } from "./schema.ts";

const COLUMNS = [
  "id",
  "instance_id",
  "moved_from",
  "user_id",
  "api_key_id",
  "agent",
  "session",
  "project",
  "surface",
  "stream",
  "model_asked",
  "model_routed",
  "model_served",
  "provider",
  "attempt_reason",
  "attempt_ended_us",
  "attempts",
  "outcome",
  "status",
  "error_code",
  "error_message",
  "finish_reason",
  "queue_us",
  "first_byte_us",
  "first_token_us",
  "total_us",
  "input_uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output_tokens",
  "reasoning",
  "audio_input",
  "audio_output",
  "usage_source",
  "losses",
  "bytes_in",
  "bytes_out",
  "plan",
  "joined_to",
  "replay_of",
  "prefix",
  "git_branch",
  "runaway",
  "service_tier",
  "counts",
  "price_id",
  "cost_nano",
  "own_input",
  "own_output",
] as const satisfies readonly (keyof ExchangeRow)[];

/**
 * Writes or completes rows, all or none. A row that is closed already stays as it is, and so does one that belongs to
 * another exchange.
 * @returns the ids of those that were written; fewer than given when some stayed as they were.
 */
export type UpsertExchanges = (
  db: Kysely<Database>,
  rows: readonly ExchangeRow[],
  names: ReadonlyMap<string, number>,
) => Promise<Set<number>>;

/** The texts of rows that are kept by number. */
export function namedTexts(rows: readonly ExchangeRow[]): string[] {
  return rows.flatMap((row) => NAMED_COLUMNS.flatMap((column) => row[column] ?? []));
}

const NAMED: ReadonlySet<string> = new Set(NAMED_COLUMNS);
const PLACES = COLUMNS.map((column) => ({ column, isNamed: NAMED.has(column) }));

const SIZES = [32, 8, 1] as const;

export function createUpsert(dialect: DialectName): UpsertExchanges {
  const isLean = dialect === "postgres";
  const texts = new Map(SIZES.map((size) => [size as number, statement(size, isLean)]));
  return async (db, rows, names) => {
    const ids = new Set<number>();
    for (let at = 0; at < rows.length; ) {
      const size = SIZES.find((each) => each <= rows.length - at) ?? 1;
      const group = rows.slice(at, at + size);
      const parameters = isLean ? leanParametersOf(group, names) : parametersOf(group, names);
      at += size;
      const query = CompiledQuery.raw(texts.get(size) ?? "", parameters);
      for (const { id } of (await db.executeQuery<{ id: number }>(query)).rows) ids.add(id);
    }
    return ids;
  };
}

function parametersOf(rows: readonly ExchangeRow[], names: ReadonlyMap<string, number>): unknown[] {
  const parameters: unknown[] = [];
  for (const row of rows) {
    for (const { column, isNamed } of PLACES) {
      const value = row[column];
      parameters.push(isNamed && typeof value === "string" ? names.get(value) : value);
    }
  }
  return parameters;
}

/** As PostgreSQL keeps them; what is long comes last. */
function leanParametersOf(rows: readonly ExchangeRow[], names: ReadonlyMap<string, number>): unknown[] {
  const parameters: unknown[] = [];
  for (const row of rows) {
    let longs: Record<string, number> | null = null;
    for (const { column, isNamed } of PLACES) {
      const value = row[column];
      if (typeof value === "number" && isLong(value) && SHORT_COLUMNS.has(column)) (longs ??= {})[column] = value;
      const lean = toLean(column, value);
      parameters.push(isNamed && typeof lean === "string" ? names.get(lean) : lean);
    }
    parameters.push(longs === null ? null : JSON.stringify(longs));
  }
  return parameters;
}

function statement(rows: number, isLean: boolean): string {
  let parameter = 0;
  const place = (): string => (isLean ? `$${++parameter}` : "?");
  const columns = isLean ? [...COLUMNS, LONGS] : COLUMNS;
  const values = Array.from({ length: rows }, () => `(${columns.map(place).join(",")})`);
  const updates = columns.filter((column) => column !== "id").map((column) => `${column}=excluded.${column}`);
  return (
    `insert into exchange_rows (${columns.join(",")}) values ${values.join(",")} ` +
    `on conflict (id) do update set ${updates.join(",")} ` +
    "where exchange_rows.instance_id = excluded.instance_id " +
    "and coalesce(exchange_rows.moved_from, exchange_rows.id) = coalesce(excluded.moved_from, excluded.id) " +
    // What was taken for interrupted may have gone on after all; what is closed never opens again.
    "and (exchange_rows.outcome = 'open' or (exchange_rows.outcome = 'interrupted' and excluded.outcome is distinct from 'open')) returning id"
  );
}
