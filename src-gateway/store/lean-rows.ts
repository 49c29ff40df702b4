/**
 * How PostgreSQL keeps rows of exchanges, where every number has a fixed width: what is usual is not written at all, times and
 * costs have four bytes, and the few that need more stand in `longs`, as JSON. A row that has all written out means the same.
 * The view `exchange_numbers` reads either like SQLite's table. SQLite's rows are short without that.
 */
import { NAMED_COLUMNS } from "./named-columns.ts";
import { digestOfText } from "./names.ts";

export const LONGS = "longs";
/** Nothing stands for 0. */
export const ZERO_COLUMNS: ReadonlySet<string> = new Set([
  "input_uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output_tokens",
  "reasoning",
  "audio_input",
  "audio_output",
]);
/** Of four bytes; what needs more stands in `longs`. */
export const SHORT_COLUMNS: ReadonlySet<string> = new Set([
  "queue_us",
  "first_byte_us",
  "first_token_us",
  "total_us",
  "attempt_ended_us",
  "bytes_in",
  "bytes_out",
  "cost_nano",
]);
/** What nothing stands for in other columns. */
export const USUAL: Readonly<Record<string, string | number>> = {
  outcome: "completed",
  stream: 1,
  usage_source: "provider",
};
export const MAX_SHORT = 2 ** 31 - 1;

export const isLong = (value: number): boolean => Math.abs(value) > MAX_SHORT;

/** A value as its column has it; those of `SHORT_COLUMNS` that are long have to go into `longs`. */
export function toLean<Value>(column: string, value: Value): Value | null {
  if (ZERO_COLUMNS.has(column)) return value === 0 ? null : value;
  if (SHORT_COLUMNS.has(column)) return typeof value === "number" && isLong(value) ? null : value;
  return USUAL[column] === value ? null : value;
}

/** The row of numbers as SQLite has it. @param row what the table is called in the query. */
export function numberOf(column: string, row: string): string {
  const place = `${row}.${column}`;
  if (ZERO_COLUMNS.has(column)) return `coalesce(${place}, 0)`;
  if (SHORT_COLUMNS.has(column)) return `coalesce((${row}.${LONGS} ->> '${column}')::bigint, ${place})`;
  if (column === "stream") return `coalesce(${place}, 1::smallint)`;
  if (column === "outcome") return OUTCOME(row);
  if (column === "usage_source")
    return `coalesce(${place}, (select id::integer from names where digest = ${digestOfText(PROVIDER)} and text = '${PROVIDER}'))`;
  return place;
}

/** Indexes and queries have to say it in the same words. */
export const OUTCOME = (row?: string): string => `coalesce(${row === undefined ? "" : `${row}.`}outcome, 'completed')`;

/** Its text, which needs no look at `names` where nothing is written. @param joined the row of `names`. */
export const textOf = (column: string, joined: string): string =>
  column === "usage_source" ? `coalesce(${joined}.text, '${PROVIDER}')` : `${joined}.text`;

const PROVIDER = "provider";

export const isNamed = (column: string): boolean => (NAMED_COLUMNS as readonly string[]).includes(column);
