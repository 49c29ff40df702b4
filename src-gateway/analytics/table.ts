/** The table in ClickHouse: native types, money in integers, and a key by which a row that was sent twice collapses. */

/** In the order of the table. */
export const COLUMNS = {
  day: "Date",
  id: "UInt64",
  instance: "UInt64",
  ledger: "LowCardinality(String)",
  version: "UInt64",
  request_id: "String",
  at: "DateTime64(6, 'UTC')",
  user_id: "Nullable(UInt64)",
  api_key_id: "Nullable(UInt64)",
  agent: "LowCardinality(Nullable(String))",
  session: "Nullable(String)",
  project: "LowCardinality(Nullable(String))",
  git_branch: "LowCardinality(Nullable(String))",
  surface: "LowCardinality(String)",
  stream: "Bool",
  model_asked: "LowCardinality(Nullable(String))",
  model_routed: "LowCardinality(Nullable(String))",
  model_served: "LowCardinality(Nullable(String))",
  provider: "LowCardinality(Nullable(String))",
  service_tier: "LowCardinality(Nullable(String))",
  outcome: "LowCardinality(String)",
  status: "Nullable(UInt32)",
  error_code: "LowCardinality(Nullable(String))",
  finish_reason: "LowCardinality(Nullable(String))",
  runaway: "LowCardinality(Nullable(String))",
  attempts: "UInt32",
  queue_us: "Nullable(Int64)",
  first_byte_us: "Nullable(Int64)",
  first_token_us: "Nullable(Int64)",
  total_us: "Nullable(Int64)",
  input_uncached: "UInt64",
  cache_read: "UInt64",
  cache_write_5m: "UInt64",
  cache_write_1h: "UInt64",
  output_tokens: "UInt64",
  reasoning: "UInt64",
  audio_input: "UInt64",
  audio_output: "UInt64",
  usage_source: "LowCardinality(String)",
  counts: "Nullable(String)",
  bytes_in: "UInt64",
  bytes_out: "UInt64",
  joined_to: "Nullable(UInt64)",
  replay_of: "Nullable(UInt64)",
  price_id: "Nullable(UInt64)",
  cost_nano: "Nullable(Int64)",
  cost_closed_nano: "Nullable(Int64)",
  corrected_because: "Nullable(String)",
} as const;
export type ColumnName = keyof typeof COLUMNS;

/** `day` follows from `id`, so all versions of a row are in one partition, where alone they can collapse. */
const KEY = ["day", "id", "instance", "ledger"] as const satisfies readonly ColumnName[];

/** @param table checked by the settings: a name, or a database and a name. */
export function createTableSql(table: string): string {
  const columns = Object.entries(COLUMNS).map(([name, type]) => `  ${name} ${type}`);
  return `CREATE TABLE IF NOT EXISTS ${quoted(table)} (
${columns.join(",\n")}
) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(day) ORDER BY (${KEY.join(", ")})`;
}

export const quoted = (table: string): string =>
  table
    .split(".")
    .map((part) => `\`${part}\``)
    .join(".");
