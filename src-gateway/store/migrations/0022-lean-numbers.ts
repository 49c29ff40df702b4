import { sql } from "kysely";
import { columnsOf } from "../columns-of.ts";
import { createNumbersView, createRowViews, dropExchangesView } from "../exchanges-view.ts";
import { ID_SPAN, ROUTED_ELSEWHERE, SERVED_ELSEWHERE } from "../lean-columns.ts";
import { LONGS, MAX_SHORT, OUTCOME, SHORT_COLUMNS, USUAL, ZERO_COLUMNS } from "../lean-rows.ts";
import { createPartitions } from "../partitions.ts";
import type { MigrationStep } from "./migrate.ts";

/** On PostgreSQL, what is usual in a row is not written, and times and costs have four bytes. */
export async function makeNumbersLean(step: MigrationStep): Promise<void> {
  const columns = await columnsOf(step, "exchange_rows");
  if (step.dialect === "sqlite") return createNumbersView(step, columns);
  const { db } = step;
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db);
  await dropExchangesView(step);
  const { rows } = await sql<{ first: number | null }>`select min(id) as first from exchange_rows`.execute(db);
  // Aside and back, so that tables and indexes have the names that they had.
  await run("create table exchange_rows_before as select * from exchange_rows");
  await run("drop table exchange_rows");
  await createRows(run, columns);
  await createPartitions(db, rows[0]?.first ?? null, Date.now() * 1000);
  await run(
    `insert into exchange_rows (${columns.join(", ")}, ${LONGS})
     select ${columns.map(leanValue).join(", ")}, ${LONG_VALUES} from exchange_rows_before order by id`,
  );
  await run("drop table exchange_rows_before");
  await createIndexes(run);
  await makeSumsLean(run);
  await createRowViews(step, columns);
}

type Run = (text: string) => Promise<unknown>;

const LONG: ReadonlySet<string> = new Set(["id", "moved_from", "joined_to", "replay_of", "price_id"]);
const TEXTS: ReadonlySet<string> = new Set(["outcome", "attempts", "error_message", "prefix", "counts", "runaway"]);
const TINY: ReadonlySet<string> = new Set(["stream", "status"]);
const REQUIRED: ReadonlySet<string> = new Set(["id", "instance_id", "surface"]);

/** In this order no bytes are lost between the columns. */
const WIDTHS = ["bigint", "integer", "smallint", "text"] as const;
const widthOf = (column: string): (typeof WIDTHS)[number] => {
  if (LONG.has(column)) return "bigint";
  if (TEXTS.has(column)) return "text";
  return TINY.has(column) ? "smallint" : "integer";
};

async function createRows(run: Run, columns: readonly string[]): Promise<void> {
  const ordered = WIDTHS.flatMap((width) => columns.filter((column) => widthOf(column) === width));
  const definitions = ordered.map((column) => `${column} ${widthOf(column)}${REQUIRED.has(column) ? " not null" : ""}`);
  await run(
    `create table exchange_rows (${definitions.join(", ")}, ${LONGS} jsonb, primary key (id)) partition by range (id)`,
  );
}

function leanValue(column: string): string {
  if (ZERO_COLUMNS.has(column)) return `nullif(${column}, 0)`;
  if (SHORT_COLUMNS.has(column)) return `case when abs(${column}) <= ${MAX_SHORT} then ${column} end`;
  const usual = USUAL[column];
  if (column === "usage_source") return `nullif(${column}, (select id::integer from names where text = '${usual}'))`;
  if (usual === undefined) return column;
  return `nullif(${column}, ${typeof usual === "number" ? usual : `'${usual}'`})`;
}

const LONG_VALUES = (() => {
  const members = [...SHORT_COLUMNS].map(
    (column) => `'${column}', case when abs(${column}) > ${MAX_SHORT} then ${column} end`,
  );
  const any = [...SHORT_COLUMNS].map((column) => `abs(${column}) > ${MAX_SHORT}`).join(" or ");
  return `case when ${any} then jsonb_strip_nulls(jsonb_build_object(${members.join(", ")})) end`;
})();

async function createIndexes(run: Run): Promise<void> {
  for (const column of ["api_key_id", "user_id", "provider", "model_asked"])
    await run(`create index exchanges_by_${column} on exchange_rows (${column}, ${ID_SPAN})`);
  for (const [column, elsewhere] of [
    ["model_routed", ROUTED_ELSEWHERE],
    ["model_served", SERVED_ELSEWHERE],
  ])
    await run(`create index exchanges_by_${column} on exchange_rows (${column}, ${ID_SPAN}) where ${elsewhere}`);
  await run("create index exchanges_own_counted on exchange_rows (id) where own_input is not null");
  const outcome = OUTCOME();
  await run(`create index exchanges_by_outcome on exchange_rows (${outcome}, id) where ${outcome} <> 'completed'`);
  await run(`create index exchanges_not_completed on exchange_rows (id) where ${outcome} <> 'completed'`);
  await run(`create index exchanges_interrupted on exchange_rows (id) where ${outcome} = 'interrupted'`);
  // For those who change rows, which no view can.
  await run("create index exchanges_open on exchange_rows (id) where outcome = 'open'");
}

/** None of these comes near the end of its type. */
async function makeSumsLean(run: Run): Promise<void> {
  const types = (table: string, changes: Readonly<Record<string, readonly string[]>>): Promise<unknown> =>
    run(
      `alter table ${table} ${Object.entries(changes)
        .flatMap(([type, columns]) => columns.map((column) => `alter column ${column} type ${type}`))
        .join(", ")}`,
    );
  await types("usage_hours", {
    integer: ["scope", "hour", "requests", "failures", "unpriced", "first_tokens"],
    smallint: ["dimension"],
  });
  await types("usage_days", { integer: ["scope", "day"], smallint: ["dimension"] });
  await types("latency_days", { integer: ["day", "count"], smallint: ["dimension", "metric", "bucket"] });
}
