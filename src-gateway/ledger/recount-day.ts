/** The sums of one day, counted anew from its rows and compared with those that are kept. */
import { type Kysely, sql } from "kysely";
import { requestIdOf } from "../ir/exchange-record.ts";
import { DAY_SUMS, EVERYBODY, LATENCY_METRICS, ROLLUP_DIMENSIONS } from "../store/rollup-columns.ts";
import { type CountedRow, GroupSums, type MeasuredRow, type Sums } from "../store/rollups.ts";
import type { CostCorrectionsTable, Database } from "../store/schema.ts";
import type { FindingList } from "./finding-list.ts";
import { DAY_US, HOUR_US } from "./usage-segments.ts";

const PAGE = 500;

/** Where a row is counted. Rows that agree in all of these are summed up before they are spread over the sums. */
const PLACES = [
  "user_id",
  "api_key_id",
  "agent",
  "session",
  "project",
  "git_branch",
  "surface",
  "provider",
  "model_routed",
  "model_asked",
] as const satisfies readonly (keyof CountedRow)[];

const PLAIN = [
  "input_uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output_tokens",
  "reasoning",
  "audio_input",
  "audio_output",
] as const;

type DayRow = CountedRow &
  MeasuredRow &
  Record<(typeof PLAIN)[number], number> & {
    usage_source: string;
    price_id: number | null;
    cost_nano: number | null;
  };

export interface DayWatcher {
  findings: FindingList;
  onRow(id: number): void;
  onCorrection(id: number): void;
  onPrice(id: number): void;
  onPage(rows: number): Promise<void>;
}

/** @returns whether the sums agree with the rows. Sums that do not are told of only when `tells` is set. */
export async function recountDay(
  db: Kysely<Database>,
  day: number,
  watcher: DayWatcher,
  tells: boolean,
): Promise<boolean> {
  const sums = new GroupSums();
  const groups = new Map<string, { row: CountedRow; sums: Sums }>();
  let after = day * DAY_US - 1;
  for (;;) {
    const rows = await readRows(db, after, (day + 1) * DAY_US);
    const last = rows.at(-1);
    if (!last) break;
    const corrections = await readCorrections(db, after, last.id);
    for (const row of rows) {
      watcher.onRow(row.id);
      if (row.price_id !== null) watcher.onPrice(row.price_id);
      const group = groupOf(groups, row);
      addRow(group, row);
      sums.countLatencies(row);
      for (const correction of checked(row, corrections.get(row.id) ?? [], watcher)) {
        group.cost_nano += correction.delta_nano;
        group.unpriced += correction.unpriced_delta;
      }
    }
    after = last.id;
    await watcher.onPage(rows.length);
  }
  for (const group of groups.values()) sums.add(group.row, group.sums);
  return compare(db, day, sums, tells ? watcher.findings : null);
}

async function readRows(db: Kysely<Database>, after: number, before: number): Promise<DayRow[]> {
  const columns = [
    "id",
    "outcome",
    ...PLACES,
    ...PLAIN,
    "first_token_us",
    "total_us",
    "usage_source",
    "price_id",
    "cost_nano",
  ];
  const { rows } = await sql<DayRow>`
    select ${sql.raw(columns.join(", "))} from exchanges
    where id > ${after} and id < ${before} and outcome not in ('open', 'interrupted')
    order by id limit ${sql.lit(PAGE)}`.execute(db);
  return rows;
}

async function readCorrections(
  db: Kysely<Database>,
  after: number,
  last: number,
): Promise<Map<number, CostCorrectionsTable[]>> {
  const rows = await db
    .selectFrom("cost_corrections")
    .selectAll()
    .where("exchange_id", ">", after)
    .where("exchange_id", "<=", last)
    .orderBy("exchange_id")
    .orderBy("id")
    .execute();
  return Map.groupBy(rows, ({ exchange_id }) => exchange_id);
}

function groupOf(groups: Map<string, { row: CountedRow; sums: Sums }>, row: DayRow): Sums {
  const key = JSON.stringify([Math.floor(row.id / HOUR_US), ...PLACES.map((name) => row[name])]);
  let group = groups.get(key);
  if (group === undefined) {
    group = { row, sums: Object.fromEntries(DAY_SUMS.map((name) => [name, 0])) as Sums };
    groups.set(key, group);
  }
  return group.sums;
}

function addRow(sums: Sums, row: DayRow): void {
  sums.requests++;
  if (row.outcome !== "completed") sums.failures++;
  for (const name of PLAIN) sums[name] += row[name];
  sums.cost_nano += row.cost_nano ?? 0;
  if (row.usage_source !== "none" && row.cost_nano === null) sums.unpriced++;
  sums.total_us += row.total_us ?? 0;
  sums.first_token_us += row.first_token_us ?? 0;
  if (row.first_token_us !== null) sums.first_tokens++;
}

/** Each correction has to follow from what was known before it. */
function checked(row: DayRow, corrections: readonly CostCorrectionsTable[], watcher: DayWatcher) {
  let cost = row.cost_nano;
  for (const correction of corrections) {
    const { id, cost_nano, delta_nano, unpriced_delta, price_id } = correction;
    watcher.onCorrection(id);
    if (price_id !== null) watcher.onPrice(price_id);
    const delta = (cost_nano ?? 0) - (cost ?? 0);
    const unpriced = row.usage_source === "none" ? 0 : Number(cost_nano === null) - Number(cost === null);
    if (delta !== delta_nano || unpriced !== unpriced_delta)
      watcher.findings.add(
        "correction-wrong",
        `The correction ${id} of ${requestIdOf(row.id)} does not follow from what was known before it.`,
        { correctionId: id, exchangeId: row.id },
      );
    cost = cost_nano;
  }
  return corrections;
}

/** By table, what is in its key and what it sums up. */
const TABLES = {
  usage_hours: { keys: ["scope", "dimension", "hour", "value"], sums: DAY_SUMS },
  usage_days: { keys: ["scope", "dimension", "day", "value"], sums: DAY_SUMS },
  latency_days: { keys: ["dimension", "metric", "day", "value", "bucket"], sums: ["count"] },
} as const;

async function compare(
  db: Kysely<Database>,
  day: number,
  expected: GroupSums,
  findings: FindingList | null,
): Promise<boolean> {
  let agrees = true;
  for (const { table, rows } of expected.additions()) {
    const name = table as keyof typeof TABLES;
    const { keys, sums } = TABLES[name];
    const wanted = new Map([...rows].map((row) => [row.slice(0, keys.length).join("\n"), row]));
    const scopes = new Set([...wanted.values()].map((row) => Number(row[0])));
    for (const kept of await readKept(db, name, day, scopes)) {
      const cells = [...keys, ...sums].map((column) => kept[column] ?? 0);
      const key = cells.slice(0, keys.length).join("\n");
      const want = wanted.get(key);
      wanted.delete(key);
      // A sum of nothing, which a correction and its opposite can leave, is as good as none.
      const isSame = cells.slice(keys.length).every((cell, n) => cell === (want?.[keys.length + n] ?? 0));
      if (isSame) continue;
      agrees = false;
      tell(findings, name, day, cells, want);
    }
    for (const row of wanted.values()) {
      agrees = false;
      tell(findings, name, day, null, row);
    }
  }
  return agrees;
}

type Cells = readonly (string | number)[];

function tell(
  findings: FindingList | null,
  table: keyof typeof TABLES,
  day: number,
  kept: Cells | null,
  want: Cells | undefined,
): void {
  if (findings === null) return;
  const { keys, sums } = TABLES[table];
  const cells = kept ?? want ?? [];
  const where = keys.map(
    (name, n) => `${name} ${name === "dimension" ? ROLLUP_DIMENSIONS[Number(cells[n])] : cells[n]}`,
  );
  const differing = sums.flatMap((name, n) => {
    const [is, should] = [Number(kept?.[keys.length + n] ?? 0), Number(want?.[keys.length + n] ?? 0)];
    return is === should ? [] : [`${name} is ${is}, the rows give ${should}`];
  });
  const date = new Date((day * DAY_US) / 1000).toISOString().slice(0, 10);
  findings.add("sums-differ", `${table} (${where.join(", ")}): ${differing.join("; ")}.`, { day: date });
}

async function readKept(
  db: Kysely<Database>,
  table: keyof typeof TABLES,
  day: number,
  expectedScopes: ReadonlySet<number>,
): Promise<Record<string, string | number>[]> {
  const lits = (numbers: Iterable<number>) => sql.join([...numbers].map((each) => sql.lit(each)));
  const dimensions = lits(ROLLUP_DIMENSIONS.keys());
  if (table === "latency_days") {
    return (
      await sql<Record<string, string | number>>`select * from latency_days where dimension in (${dimensions})
        and metric in (${lits(LATENCY_METRICS.keys())}) and day = ${sql.lit(day)}`.execute(db)
    ).rows;
  }
  const period = table === "usage_hours" ? "hour" : "day";
  const [from, to] = period === "hour" ? [day * 24, day * 24 + 24] : [day, day + 1];
  const scopes = new Set([EVERYBODY, ...expectedScopes, ...(await readScopes(db, table))]);
  return (
    await sql<Record<string, string | number>>`select * from ${sql.table(table)} where scope in (${lits(scopes)})
      and dimension in (${dimensions}) and ${sql.ref(period)} >= ${sql.lit(from)} and ${sql.ref(period)} < ${sql.lit(to)}`.execute(
      db,
    )
  ).rows;
}

/** There are few, so each is jumped to through the key; reading all rows would take long. */
async function readScopes(db: Kysely<Database>, table: "usage_hours" | "usage_days"): Promise<number[]> {
  const { rows } = await sql<{ scope: number }>`
    with recursive scopes (scope) as (
      select min(scope) from ${sql.table(table)}
      union all
      select (select min(scope) from ${sql.table(table)} where scope > scopes.scope) from scopes where scopes.scope is not null
    ) select scope from scopes where scope is not null`.execute(db);
  return rows.map(({ scope }) => scope);
}
