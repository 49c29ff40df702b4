/** The sums of one day, counted anew from its rows and compared with those that are kept. */
import { type Kysely, sql } from "kysely";
import { requestIdOf } from "../ir/exchange-record.ts";
import { DAY_SUMS } from "../store/rollup-columns.ts";
import { type CountedRow, GroupSums, type MeasuredRow, type Sums } from "../store/rollups.ts";
import type { CostCorrectionsTable, Database } from "../store/schema.ts";
import { compareSums } from "./compare-sums.ts";
import type { FindingList } from "./finding-list.ts";
import { DAY_US, HOUR_US } from "./usage-segments.ts";

const PAGE = 500;
const GROUPS_AT_ONCE = 200;

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
  let added = 0;
  for (const group of groups.values()) {
    sums.add(group.row, group.sums);
    // Each is spread over dozens of sums, and others want their turn.
    if (++added % GROUPS_AT_ONCE === 0) await watcher.onPage(0);
  }
  return compareSums(db, day, sums, tells ? watcher.findings : null);
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
