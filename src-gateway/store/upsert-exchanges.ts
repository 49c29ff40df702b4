/** A group of rows in a few statements of fixed sizes, so that each of them is built and prepared once. */
import { CompiledQuery, type Kysely } from "kysely";
import type { ExchangeRow } from "./exchange-rows.ts";
import { isLong, LONGS, SHORT_COLUMNS, toLean } from "./lean-rows.ts";
import { NAMED_COLUMNS } from "./named-columns.ts";
import type { NameNumbers } from "./names.ts";
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

type Column = (typeof COLUMNS)[number];

/**
 * Null in nearly all rows, which are written by statements that do not name these columns: a value takes as long to reach
 * the database when it is none.
 */
const RARE_COLUMNS = [
  "moved_from",
  "attempts",
  "error_code",
  "error_message",
  "losses",
  "joined_to",
  "replay_of",
  "runaway",
  "service_tier",
  "counts",
  "own_input",
  "own_output",
] as const satisfies readonly Column[];
const RARE: ReadonlySet<Column> = new Set(RARE_COLUMNS);

const isUsual = (row: ExchangeRow): boolean => RARE_COLUMNS.every((column) => row[column] === null);

/**
 * Writes or completes rows, all or none. A row that is closed already stays as it is, and so does one that belongs to
 * another exchange.
 * @returns the ids of those that were written; fewer than given when some stayed as they were.
 */
export type UpsertExchanges = (
  db: Kysely<Database>,
  rows: readonly ExchangeRow[],
  names: NameNumbers,
) => Promise<number[]>;

/** The texts of rows that are kept by number. */
export function namedTexts(rows: readonly ExchangeRow[]): string[] {
  const texts: string[] = [];
  for (const row of rows) {
    for (const column of NAMED_COLUMNS) {
      const text = row[column];
      if (text !== null) texts.push(text);
    }
  }
  return texts;
}

const NAMED: ReadonlySet<string> = new Set(NAMED_COLUMNS);

/** From many to one: any number of rows is a few statements, and the overhead of each is shared by as many as there are. */
const SIZES = [128, 64, 32, 16, 8, 4, 2, 1] as const;

export function createUpsert(dialect: DialectName): UpsertExchanges {
  const usual = new Statements(
    COLUMNS.filter((column) => !RARE.has(column)),
    dialect,
  );
  const whole = new Statements(COLUMNS, dialect);
  return async (db, rows, names) => {
    const ids: number[] = [];
    const most: ExchangeRow[] = [];
    const others: ExchangeRow[] = [];
    for (const row of rows) (isUsual(row) ? most : others).push(row);
    await usual.write(db, most, names, ids);
    await whole.write(db, others, names, ids);
    return ids;
  };
}

/** The statements for some of the columns, by how many rows they write. */
class Statements {
  private readonly places: readonly { column: Column; isNamed: boolean }[];
  private readonly isLean: boolean;
  private readonly known = new Map<number, CompiledQuery>();

  constructor(columns: readonly Column[], dialect: DialectName) {
    this.places = columns.map((column) => ({ column, isNamed: NAMED.has(column) }));
    this.isLean = dialect === "postgres";
  }

  /** @param ids is added to. */
  async write(db: Kysely<Database>, rows: readonly ExchangeRow[], names: NameNumbers, ids: number[]): Promise<void> {
    for (let at = 0; at < rows.length; ) {
      const size = SIZES.find((each) => each <= rows.length - at) ?? 1;
      const parameters: unknown[] = [];
      for (const end = at + size; at < end; at++) {
        const row = rows[at];
        if (row === undefined) continue;
        if (this.isLean) this.addLean(parameters, row, names);
        else this.add(parameters, row, names);
      }
      // Not made by Kysely: that would freeze the parameters, which takes long, and makes reading them dearer.
      const query: CompiledQuery<{ id: number }> = { ...this.queryOf(size), parameters };
      for (const { id } of (await db.executeQuery(query)).rows) ids.push(id);
    }
  }

  private add(parameters: unknown[], row: ExchangeRow, names: NameNumbers): void {
    for (const { column, isNamed } of this.places) {
      const value = row[column];
      parameters.push(isNamed && typeof value === "string" ? names.get(value) : value);
    }
  }

  /** As PostgreSQL keeps them; what is long comes last. */
  private addLean(parameters: unknown[], row: ExchangeRow, names: NameNumbers): void {
    let longs: Record<string, number> | null = null;
    for (const { column, isNamed } of this.places) {
      const value = row[column];
      if (typeof value === "number" && isLong(value) && SHORT_COLUMNS.has(column)) (longs ??= {})[column] = value;
      const lean = toLean(column, value);
      parameters.push(isNamed && typeof lean === "string" ? names.get(lean) : lean);
    }
    parameters.push(longs === null ? null : JSON.stringify(longs));
  }

  private queryOf(size: number): CompiledQuery {
    const known = this.known.get(size);
    if (known !== undefined) return known;
    const columns = this.places.map(({ column }) => column);
    const made = CompiledQuery.raw(statement(columns, size, this.isLean));
    this.known.set(size, made);
    return made;
  }
}

/** What is not among the columns becomes null, also in a row that was there. */
function statement(given: readonly Column[], rows: number, isLean: boolean): string {
  let parameter = 0;
  const place = (): string => (isLean ? `$${++parameter}` : "?");
  const withLongs = (columns: readonly string[]): readonly string[] => (isLean ? [...columns, LONGS] : columns);
  const columns = withLongs(given);
  const values = Array.from({ length: rows }, () => `(${columns.map(place).join(",")})`);
  const updates = withLongs(COLUMNS)
    .filter((column) => column !== "id")
    .map((column) => `${column}=excluded.${column}`);
  return (
    `insert into exchange_rows (${columns.join(",")}) values ${values.join(",")} ` +
    `on conflict (id) do update set ${updates.join(",")} ` +
    "where exchange_rows.instance_id = excluded.instance_id " +
    "and coalesce(exchange_rows.moved_from, exchange_rows.id) = coalesce(excluded.moved_from, excluded.id) " +
    // What was taken for interrupted may have gone on after all; what is closed never opens again.
    "and (exchange_rows.outcome = 'open' or (exchange_rows.outcome = 'interrupted' and excluded.outcome is distinct from 'open')) returning id"
  );
}
