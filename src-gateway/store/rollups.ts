/**
 * Sums per hour and day, kept in the same transaction as the rows that they are sums of, so that they cannot differ.
 * A group of rows is summed up here first: what reaches the database is one row per sum, not per exchange.
 */
import type { Kysely } from "kysely";
import type { ExchangeRow } from "./exchange-rows.ts";
import { LatencyCounts, type TimedRow } from "./latency-counts.ts";
import type { DialectName } from "./open-store.ts";
import {
  DAY_SUMS,
  type DaySum,
  EVERYBODY,
  FEW_SUMS,
  HOURLY_ONLY,
  OWN_DIMENSIONS,
  ROLLUP_DIMENSIONS,
  type RollupDimension,
} from "./rollup-columns.ts";
import type { Database } from "./schema.ts";
import { SumAdditions } from "./sum-additions.ts";

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
export type MeasuredRow = CountedRow & TimedRow;

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

export class GroupSums {
  private readonly hours = new SumAdditions("usage_hours", ["scope", "dimension", "hour", "value"], DAY_SUMS, FEW_SUMS);
  private readonly days = new SumAdditions("usage_days", ["scope", "dimension", "day", "value"], DAY_SUMS, FEW_SUMS);
  private readonly latencies = new SumAdditions("latency_days", LATENCY_KEYS, ["count"]);
  private readonly latencyCounts = new LatencyCounts();
  /** What is counted in the same places: most rows of a group come from a handful of sessions. */
  private readonly alike = new Map<string, Alike>();
  private last: Alike | null = null;

  /** An exchange that was closed just now. */
  count(row: ExchangeRow): void {
    const { sums } = this.alikeTo(row);
    sums.requests += 1;
    if (row.outcome !== "completed") sums.failures += 1;
    sums.input_uncached += row.input_uncached;
    sums.cache_read += row.cache_read;
    sums.cache_write_5m += row.cache_write_5m;
    sums.cache_write_1h += row.cache_write_1h;
    sums.output_tokens += row.output_tokens;
    sums.reasoning += row.reasoning;
    sums.audio_input += row.audio_input;
    sums.audio_output += row.audio_output;
    sums.cost_nano += row.cost_nano ?? 0;
    if (row.usage_source !== "none" && row.cost_nano === null) sums.unpriced += 1;
    sums.total_us += row.total_us ?? 0;
    sums.first_token_us += row.first_token_us ?? 0;
    if (row.first_token_us !== null) sums.first_tokens += 1;
    this.latencyCounts.count(row);
  }

  countLatencies(row: MeasuredRow): void {
    this.latencyCounts.count(row);
  }

  /** Adds to the sums that the row is counted in. */
  add(row: CountedRow, sums: Partial<Sums>): void {
    const known = this.alikeTo(row).sums;
    for (const name of DAY_SUMS) known[name] += sums[name] ?? 0;
  }

  private alikeTo(row: CountedRow): Alike {
    if (this.last !== null && isAlike(row, this.last.row)) return this.last;
    const name = nameOfPlaces(row);
    let alike = this.alike.get(name);
    // A copy: rows of a series are one object.
    if (alike === undefined) this.alike.set(name, (alike = { row: { ...row }, sums: { ...NOTHING } }));
    this.last = alike;
    return alike;
  }

  /** Puts what was counted together where it belongs. */
  private spread(): void {
    for (const { row, sums } of this.alike.values())
      this.place(
        row,
        DAY_SUMS.map((name) => sums[name]),
      );
    this.alike.clear();
    this.last = null;
    this.latencyCounts.addTo(this.latencies);
  }

  private place(row: CountedRow, values: readonly number[]): void {
    const hour = hourOf(row);
    const day = Math.floor(row.id / DAY_US);
    const own = scopesOf(row);
    for (const [dimension, name] of ROLLUP_DIMENSIONS.entries()) {
      const value = String(VALUE_OF[name](row) ?? "");
      this.hours.add([EVERYBODY, dimension, hour, value], values);
      if (!HOURLY_ONLY.has(name)) this.days.add([EVERYBODY, dimension, day, value], values);
      if (!OWN_DIMENSIONS.has(name)) continue;
      for (const scope of own) this.days.add([scope, dimension, day, value], values);
    }
  }

  /** What would be written, for those who compare it with what is there. */
  additions(): { table: string; rows: Iterable<readonly (string | number)[]> }[] {
    this.spread();
    return [this.hours, this.days, this.latencies].map((each) => ({ table: each.table, rows: each.rows() }));
  }

  async write(db: Kysely<Database>, dialect: DialectName): Promise<void> {
    this.spread();
    for (const each of [this.hours, this.days, this.latencies]) await each.write(db, dialect);
  }
}

const LATENCY_KEYS = ["dimension", "metric", "day", "value", "bucket"];

/** The sums of exchanges that are counted in the same places as the row. */
interface Alike {
  row: CountedRow;
  sums: Sums;
}

const NOTHING: Readonly<Sums> = {
  requests: 0,
  failures: 0,
  input_uncached: 0,
  cache_read: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  output_tokens: 0,
  reasoning: 0,
  audio_input: 0,
  audio_output: 0,
  cost_nano: 0,
  unpriced: 0,
  total_us: 0,
  first_token_us: 0,
  first_tokens: 0,
};

/** Those that have the same name without a look at it. */
const isAlike = (row: CountedRow, other: CountedRow): boolean =>
  row.session === other.session &&
  row.api_key_id === other.api_key_id &&
  row.user_id === other.user_id &&
  row.agent === other.agent &&
  row.project === other.project &&
  row.git_branch === other.git_branch &&
  row.surface === other.surface &&
  row.model_routed === other.model_routed &&
  row.model_asked === other.model_asked &&
  row.provider === other.provider &&
  hourOf(row) === hourOf(other);

const hourOf = ({ id }: CountedRow): number => Math.floor(id / HOUR_US);

/** One text for each of the combinations that `VALUE_OF` tells apart, in an hour. */
function nameOfPlaces(row: CountedRow): string {
  const who = `${hourOf(row)} ${row.user_id ?? ""} ${row.api_key_id ?? ""}\0${row.agent ?? ""}\0${row.session ?? ""}`;
  const where = `${row.project ?? ""}\0${row.git_branch ?? ""}\0${row.surface}`;
  return `${who}\0${where}\0${row.model_routed ?? row.model_asked ?? ""}\0${row.provider ?? ""}`;
}

/** Under which numbers the sums of a key and of a user are kept. */
export const keyScope = (apiKeyId: number): number => apiKeyId;
export const userScope = (userId: number): number => -userId;

const scopesOf = ({ api_key_id, user_id }: Pick<CountedRow, "api_key_id" | "user_id">): number[] => [
  ...(api_key_id === null ? [] : [keyScope(api_key_id)]),
  ...(user_id === null ? [] : [userScope(user_id)]),
];
