/** A group of rows in a few statements of fixed sizes, so that each of them is built and prepared once. */
import { CompiledQuery, type Kysely } from "kysely";
import type { CallerColumns, ExchangeRow } from "./exchange-rows.ts";
import { isLong, LONGS, SHORT_COLUMNS, toLean, ZERO_COLUMNS } from "./lean-rows.ts";
import { NAMED_COLUMNS } from "./named-columns.ts";
import type { NameNumbers } from "./names.ts";
import { NearNumbers } from "./near-numbers.ts";
import type { DialectName } from "./open-store.ts";
import type { RecordSeries } from "./record-series.ts";
import { ALL_COLUMNS, kindOf, ROW_KINDS, type RowKind, type RowKindName } from "./row-kinds.ts";
import { ROWS_A_TURN, RowTurns } from "./row-turns.ts";
import type { Database } from "./schema.ts";
import { addUnshared, type Shared, sharedColumns, sharedOf, sharedValues } from "./shared-columns.ts";

/** Writes or completes rows. One that is closed already stays as it is, and so does one that belongs to another exchange. */
export interface UpsertExchanges {
  /** All or none. @returns the ids of those that were written; fewer than given when some stayed as they were. */
  rows(db: Kysely<Database>, rows: readonly ExchangeRow[], names: NameNumbers): Promise<number[]>;
  /** On SQLite alone. @returns false when some stayed as they were; others may have been written. */
  series(db: Kysely<Database>, series: RecordSeries, names: NameNumbers): Promise<boolean>;
}

/** The texts of rows that are kept by number, in `NAMED_COLUMNS`; some more than once. */
export function namedTexts(rows: readonly ExchangeRow[]): string[] {
  const texts: string[] = [];
  let before: ExchangeRow | null = null;
  // Name by name: by the names in the list it takes five times as long.
  for (const row of rows) {
    addNew(texts, row.agent, before?.agent);
    addNew(texts, row.session, before?.session);
    addNew(texts, row.project, before?.project);
    addNew(texts, row.git_branch, before?.git_branch);
    addNew(texts, row.surface, before?.surface);
    addNew(texts, row.model_asked, before?.model_asked);
    addNew(texts, row.model_routed, before?.model_routed);
    addNew(texts, row.model_served, before?.model_served);
    addNew(texts, row.provider, before?.provider);
    addNew(texts, row.attempt_reason, before?.attempt_reason);
    addNew(texts, row.usage_source, before?.usage_source);
    addNew(texts, row.error_code, before?.error_code);
    addNew(texts, row.finish_reason, before?.finish_reason);
    addNew(texts, row.service_tier, before?.service_tier);
    addNew(texts, row.plan, before?.plan);
    addNew(texts, row.losses, before?.losses);
    before = row;
  }
  return texts;
}

/** Those of the callers of a series. */
export function callerTexts(callers: readonly CallerColumns[]): string[] {
  const texts: string[] = [];
  for (const { agent, session, project, git_branch, finish_reason } of callers)
    for (const text of [agent, session, project, git_branch, finish_reason]) if (text !== null) texts.push(text);
  return texts;
}

function addNew(texts: string[], text: string | null, before: string | null | undefined): void {
  if (text !== null && text !== before) texts.push(text);
}

const PLACES: ReadonlyMap<string, number> = new Map(NAMED_COLUMNS.map((column, place) => [column, place]));

/** From many to one: any number of rows is a few statements, and the overhead of each is shared by as many as there are. */
const SIZES = [128, 64, 32, 16, 8, 4, 2, 1] as const;

export function createUpsert(dialect: DialectName): UpsertExchanges {
  const turns = new RowTurns(ROWS_A_TURN);
  const statements: Record<RowKindName, Statements> = {
    plain: new Statements(ROW_KINDS.plain, dialect, turns),
    usual: new Statements(ROW_KINDS.usual, dialect, turns),
    whole: new Statements(ROW_KINDS.whole, dialect, turns),
  };
  const { plain, usual, whole } = statements;
  return {
    async rows(db, rows, names) {
      const ids: number[] = [];
      const kinds: Record<RowKindName, ExchangeRow[]> = { plain: [], usual: [], whole: [] };
      for (const row of rows) kinds[kindOf(row)].push(row);
      // Few are no statements of their own: what they would save, those take.
      if (kinds.plain.length < MIN_ROWS && kinds.usual.length > 0) kinds.usual.push(...kinds.plain.splice(0));
      const near = new NearNumbers(names);
      await plain.write(db, kinds.plain, near, ids);
      await usual.write(db, kinds.usual, near, ids);
      await whole.write(db, kinds.whole, near, ids);
      return ids;
    },
    series: (db, series, names) => statements[series.kind].writeSeries(db, series, new NearNumbers(names)),
  };
}

const MIN_ROWS = 16;

/** Fewer rows are sooner asked for their ids than guarded by a savepoint. */
const MIN_COUNTED = 16;
const SAVE = CompiledQuery.raw("savepoint counted");
const TAKE_BACK = CompiledQuery.raw("rollback to counted");
const RELEASE = CompiledQuery.raw("release counted");

/** The statements for rows of one kind, by how many they write. */
class Statements {
  private readonly kind: RowKind;
  private readonly isLean: boolean;
  private readonly turns: RowTurns;
  private readonly known = new Map<string, CompiledQuery>();

  constructor(kind: RowKind, dialect: DialectName, turns: RowTurns) {
    this.kind = kind;
    this.turns = turns;
    this.isLean = dialect === "postgres";
  }

  /** @param ids is added to. */
  async write(db: Kysely<Database>, rows: readonly ExchangeRow[], near: NearNumbers, ids: number[]): Promise<void> {
    for (let at = 0; at < rows.length; ) {
      const size = SIZES.find((each) => each <= rows.length - at) ?? 1;
      const portion = rows.slice(at, at + size);
      at += size;
      if (!this.isLean && size >= MIN_COUNTED && (await this.writesAll(db, portion, near))) {
        for (const { id } of portion) ids.push(id);
        await this.turns.after(size);
        continue;
      }
      const parameters: unknown[] = [];
      for (const row of portion) {
        if (this.isLean) this.addLean(parameters, row, near);
        else this.addValues(parameters, row, near, "nothing");
      }
      // Not made by Kysely: that would freeze the parameters, which takes long, and makes reading them dearer.
      const query: CompiledQuery<{ id: number }> = { ...this.queryOf(size, " returning id"), parameters };
      for (const { id } of (await db.executeQuery(query)).rows) ids.push(id);
    }
  }

  /** @returns false when some stayed as they were. */
  async writeSeries(db: Kysely<Database>, series: RecordSeries, near: NearNumbers): Promise<boolean> {
    const shared = series.callerColumns.length === 1 ? "caller" : "model";
    for (let at = 0; at < series.count; ) {
      const size = SIZES.find((each) => each <= series.count - at) ?? 1;
      const parameters = sharedValues(series.rowAt(0), near, shared);
      for (const end = at + size; at < end; at++) this.addValues(parameters, series.rowAt(at), near, shared);
      const { numAffectedRows } = await db.executeQuery({ ...this.queryOf(size, "", shared), parameters });
      if (numAffectedRows !== BigInt(size)) return false;
      await this.turns.after(size);
    }
    return true;
  }

  /**
   * Which rows were written is not asked where the count says that all were, as nearly always: SQLite would put the answer
   * together row by row, a seventh of the work.
   * @returns false when some stayed as they were; then nothing was written.
   */
  private async writesAll(db: Kysely<Database>, rows: readonly ExchangeRow[], near: NearNumbers): Promise<boolean> {
    const shared = sharedOf(rows);
    const parameters = rows[0] === undefined ? [] : sharedValues(rows[0], near, shared);
    for (const row of rows) this.addValues(parameters, row, near, shared);
    await db.executeQuery(SAVE);
    const { numAffectedRows } = await db.executeQuery({ ...this.queryOf(rows.length, "", shared), parameters });
    const isWhole = numAffectedRows === BigInt(rows.length);
    if (!isWhole) await db.executeQuery(TAKE_BACK);
    await db.executeQuery(RELEASE);
    return isWhole;
  }

  private addValues(values: unknown[], row: ExchangeRow, near: NearNumbers, shared: Shared): void {
    this.kind.addOwn(values, row, near);
    addUnshared(values, row, near, shared);
  }

  /** As PostgreSQL keeps them; what is long comes last. */
  private addLean(parameters: unknown[], row: ExchangeRow, near: NearNumbers): void {
    let longs: Record<string, number> | null = null;
    for (const column of this.kind.columns) {
      const value = row[column];
      if (typeof value === "number" && isLong(value) && SHORT_COLUMNS.has(column)) (longs ??= {})[column] = value;
      const lean = toLean(column, value);
      const place = PLACES.get(column);
      parameters.push(place !== undefined && typeof lean === "string" ? near.of(place, lean) : lean);
    }
    parameters.push(longs === null ? null : JSON.stringify(longs));
  }

  private queryOf(size: number, answer: "" | " returning id", shared: Shared = "nothing"): CompiledQuery {
    const name = `${size} ${shared}${answer}`;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const made = CompiledQuery.raw(statement(this.kind.columns, sharedColumns(shared), size, this.isLean) + answer);
    this.known.set(name, made);
    return made;
  }
}

/** What is not among the columns becomes nothing, also in a row that was there: null, or 0 where SQLite wants a number. */
function statement(
  given: readonly (keyof ExchangeRow)[],
  shared: readonly (keyof ExchangeRow)[],
  rows: number,
  isLean: boolean,
): string {
  let parameter = 0;
  const place = (): string => (isLean ? `$${++parameter}` : "?");
  const own: readonly string[] = isLean ? [...given, LONGS] : given.filter((column) => !shared.includes(column));
  const zeros = isLean ? [] : ALL_COLUMNS.filter((column) => ZERO_COLUMNS.has(column) && !given.includes(column));
  const columns = [...own, ...shared, ...zeros];
  const values = `values ${Array.from({ length: rows }, () => `(${own.map(place).join(",")})`).join(",")}`;
  // "where true" tells the parser that what follows is not the "on" of a join.
  const source =
    columns.length === own.length
      ? values
      : `select ${["own.*", ...shared.map(place), ...zeros.map(() => "0")].join(",")} from (${values}) own where true`;
  const updates = [...ALL_COLUMNS, ...(isLean ? [LONGS] : [])]
    .filter((column) => column !== "id")
    .map((column) => `${column}=excluded.${column}`);
  return (
    `insert into exchange_rows (${columns.join(",")}) ${source} ` +
    `on conflict (id) do update set ${updates.join(",")} ` +
    "where exchange_rows.instance_id = excluded.instance_id " +
    "and coalesce(exchange_rows.moved_from, exchange_rows.id) = coalesce(excluded.moved_from, excluded.id) " +
    // What was taken for interrupted may have gone on after all; what is closed never opens again.
    "and (exchange_rows.outcome = 'open' or (exchange_rows.outcome = 'interrupted' and excluded.outcome is distinct from 'open'))"
  );
}
