/**
 * Sums per hour and day, kept in the same transaction as the rows that they are sums of, so that they cannot differ.
 * A group of rows is summed up here first: what reaches the database is one row per sum, not per exchange.
 */
import { CompiledQuery, type Kysely } from "kysely";
import type { ExchangeRow } from "./exchange-rows.ts";
import type { DialectName } from "./open-store.ts";
import {
  bucketOf,
  DAY_SUMS,
  type DaySum,
  EVERYBODY,
  HOURLY_ONLY,
  OWN_DIMENSIONS,
  ROLLUP_DIMENSIONS,
  type RollupDimension,
} from "./rollup-columns.ts";
import type { Database } from "./schema.ts";

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

export type Sums = Record<DaySum, number>;

/** The columns that decide where an exchange is counted. */
export type CountedRow = Pick<
  ExchangeRow,
  "id" | "user_id" | "api_key_id" | "agent" | "session" | "project" | "git_branch" | "surface" | "provider"
> &
  Pick<ExchangeRow, "model_routed" | "model_asked">;

/** The columns that say how long an exchange took. */
export type MeasuredRow = CountedRow & Pick<ExchangeRow, "outcome" | "first_token_us" | "total_us" | "output_tokens">;

/** @returns null where a row has no value for the dimension, which is a value too: the empty text. */
const VALUE_OF: Readonly<Record<RollupDimension, (row: CountedRow) => string | number | null>> = {
  all: () => "",
  user: (row) => row.user_id,
  key: (row) => row.api_key_id,
  agent: (row) => row.agent,
  session: (row) => row.session,
  project: (row) => row.project,
  branch: (row) => row.git_branch,
  model: (row) => row.model_routed ?? row.model_asked,
  provider: (row) => row.provider,
  surface: (row) => row.surface,
};

const LATENCY_DIMENSIONS = ["all", "model", "provider"] as const satisfies readonly RollupDimension[];

/** Rows of one table that are to be added to those that are there; the key columns first. */
interface Additions {
  table: string;
  keys: readonly string[];
  sums: readonly string[];
  rows: Map<string, (string | number)[]>;
}

export class GroupSums {
  private readonly hours = additions("usage_hours", ["scope", "dimension", "hour", "value"], DAY_SUMS);
  private readonly days = additions("usage_days", ["scope", "dimension", "day", "value"], DAY_SUMS);
  private readonly latencies = additions("latency_days", ["dimension", "metric", "day", "value", "bucket"], ["count"]);
  /** What is counted in the same places, by those: most rows of a group come from a handful of sessions. */
  private readonly alike = new Map<string, { row: CountedRow; values: number[] }>();

  /** An exchange that was closed just now. */
  count(row: ExchangeRow): void {
    this.add(row, sumsOf(row));
    this.countLatencies(row);
  }

  countLatencies(row: MeasuredRow): void {
    if (row.outcome !== "completed") return;
    const day = Math.floor(row.id / DAY_US);
    const generatingUs = (row.total_us ?? 0) - (row.first_token_us ?? 0);
    const measured = [
      row.first_token_us,
      row.total_us,
      row.first_token_us !== null && row.output_tokens > 0 && generatingUs > 0
        ? (row.output_tokens * 1_000_000) / generatingUs
        : null,
    ];
    for (const dimension of LATENCY_DIMENSIONS) {
      const place = ROLLUP_DIMENSIONS.indexOf(dimension);
      const value = String(VALUE_OF[dimension](row) ?? "");
      for (const [metric, found] of measured.entries()) {
        if (found !== null) add(this.latencies, [place, metric, day, value, bucketOf(found)], [1]);
      }
    }
  }

  /** Adds to the sums that the row is counted in. */
  add(row: CountedRow, sums: Partial<Sums>): void {
    let key = String(Math.floor(row.id / HOUR_US));
    for (const name of ROLLUP_DIMENSIONS) key += `\0${VALUE_OF[name](row) ?? ""}`;
    const found = this.alike.get(key);
    if (found === undefined) {
      this.alike.set(key, { row, values: DAY_SUMS.map((name) => sums[name] ?? 0) });
      return;
    }
    for (let at = 0; at < DAY_SUMS.length; at++) {
      const name = DAY_SUMS[at];
      if (name !== undefined) found.values[at] = (found.values[at] ?? 0) + (sums[name] ?? 0);
    }
  }

  /** Puts what was counted together where it belongs. */
  private spread(): void {
    for (const { row, values } of this.alike.values()) this.place(row, values);
    this.alike.clear();
  }

  private place(row: CountedRow, values: readonly number[]): void {
    const hour = Math.floor(row.id / HOUR_US);
    const day = Math.floor(row.id / DAY_US);
    const own = scopesOf(row);
    for (const [dimension, name] of ROLLUP_DIMENSIONS.entries()) {
      const value = String(VALUE_OF[name](row) ?? "");
      add(this.hours, [EVERYBODY, dimension, hour, value], values);
      if (!HOURLY_ONLY.has(name)) add(this.days, [EVERYBODY, dimension, day, value], values);
      if (!OWN_DIMENSIONS.has(name)) continue;
      for (const scope of own) add(this.days, [scope, dimension, day, value], values);
    }
  }

  /** What would be written, for those who compare it with what is there. */
  additions(): { table: string; rows: Iterable<readonly (string | number)[]> }[] {
    this.spread();
    return [this.hours, this.days, this.latencies].map(({ table, rows }) => ({ table, rows: rows.values() }));
  }

  async write(db: Kysely<Database>, dialect: DialectName): Promise<void> {
    this.spread();
    for (const each of [this.hours, this.days, this.latencies]) await writeAll(each, db, dialect);
  }
}

/** Under which numbers the sums of a key and of a user are kept. */
export const keyScope = (apiKeyId: number): number => apiKeyId;
export const userScope = (userId: number): number => -userId;

const scopesOf = ({ api_key_id, user_id }: Pick<CountedRow, "api_key_id" | "user_id">): number[] => [
  ...(api_key_id === null ? [] : [keyScope(api_key_id)]),
  ...(user_id === null ? [] : [userScope(user_id)]),
];

function sumsOf(row: ExchangeRow): Sums {
  const used = row.usage_source !== "none" && row.cost_nano === null;
  return {
    requests: 1,
    failures: row.outcome === "completed" ? 0 : 1,
    input_uncached: row.input_uncached,
    cache_read: row.cache_read,
    cache_write_5m: row.cache_write_5m,
    cache_write_1h: row.cache_write_1h,
    output_tokens: row.output_tokens,
    reasoning: row.reasoning,
    audio_input: row.audio_input,
    audio_output: row.audio_output,
    cost_nano: row.cost_nano ?? 0,
    unpriced: used ? 1 : 0,
    total_us: row.total_us ?? 0,
    first_token_us: row.first_token_us ?? 0,
    first_tokens: row.first_token_us === null ? 0 : 1,
  };
}

const additions = (table: string, keys: readonly string[], sums: readonly string[]): Additions => ({
  table,
  keys,
  sums,
  rows: new Map(),
});

function add({ rows }: Additions, key: readonly (string | number)[], sums: readonly number[]): void {
  const name = key.join("\n");
  const row = rows.get(name);
  if (row === undefined) {
    rows.set(name, [...key, ...sums]);
    return;
  }
  for (const [index, value] of sums.entries()) {
    const place = key.length + index;
    row[place] = Number(row[place]) + value;
  }
}

/** Statements have one of these sizes, so that their texts can be kept. */
const SIZES = [32, 8, 1] as const;

async function writeAll(
  { table, keys, sums, rows }: Additions,
  db: Kysely<Database>,
  dialect: DialectName,
): Promise<void> {
  // In one order everywhere: of two replicas that add to the same rows, one waits for the other.
  const left = [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  while (left.length > 0) {
    const size = SIZES.find((each) => each <= left.length) ?? 1;
    const text = additionText(table, keys, sums, size, dialect);
    await db.executeQuery(CompiledQuery.raw(text, left.splice(0, size).flat()));
  }
}

const texts = new Map<string, string>();

function additionText(
  table: string,
  keys: readonly string[],
  sums: readonly string[],
  size: number,
  dialect: DialectName,
): string {
  const name = `${dialect} ${table} ${size}`;
  const known = texts.get(name);
  if (known !== undefined) return known;
  let parameter = 0;
  const place = (): string => (dialect === "postgres" ? `$${++parameter}` : "?");
  const columns = [...keys, ...sums];
  const values = Array.from({ length: size }, () => `(${columns.map(place).join(",")})`);
  const text =
    `insert into ${table} (${columns.join(",")}) values ${values.join(",")} on conflict (${keys.join(",")}) do update set ` +
    sums.map((column) => `${column}=${table}.${column}+excluded.${column}`).join(",");
  texts.set(name, text);
  return text;
}
