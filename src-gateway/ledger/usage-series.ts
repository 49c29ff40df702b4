/** How use went on in time, by the values of a dimension: what charts draw. Read from the sums per hour alone. */
import { sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import { EVERYBODY, ROLLUP_DIMENSIONS, type RollupDimension } from "../store/rollup-columns.ts";
import { userScope } from "../store/rollups.ts";
import type { SeriesSum, UsageSeries, UsageSeriesQuery } from "./types.ts";
import { DAY_US, HOUR_US } from "./usage-segments.ts";

/** Buckets that follow each other and are equally long, so that a division tells which one an hour is in. */
interface Run {
  first: number;
  startUs: number;
  lengthUs: number;
  endUs: number;
}

const SUMS = [
  "requests",
  "failures",
  "unpriced",
  "cost_nano",
  "input_uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output_tokens",
] as const;
type Row = Record<(typeof SUMS)[number], number> & { bucket: number; value: string | null };

/** An hour in which a bucket begins counts to the bucket before: that matters where a time zone is no whole hour off. */
export async function readUsageSeries(store: Store, query: UsageSeriesQuery): Promise<UsageSeries> {
  const rows = (await Promise.all(runsOf(query).map((run) => readRun(store, query, run)))).flat();
  const groups = new Map<string, SeriesSum>();
  for (const row of rows) {
    const key = row.value ?? "";
    const group = groups.get(key) ?? emptySum(key === "" ? null : key, query.startsUs.length);
    groups.set(key, group);
    add(group, row);
  }
  return foldSmall([...groups.values()].toSorted(byCost), query);
}

export function runsOf({ startsUs, toUs }: Pick<UsageSeriesQuery, "startsUs" | "toUs">): Run[] {
  const runs: Run[] = [];
  for (const [place, startUs] of startsUs.entries()) {
    const endUs = startsUs[place + 1] ?? toUs;
    const last = runs.at(-1);
    if (last && last.lengthUs === endUs - startUs) last.endUs = endUs;
    else runs.push({ first: place, startUs, lengthUs: endUs - startUs, endUs });
  }
  return runs;
}

async function readRun({ db }: Store, query: UsageSeriesQuery, run: Run): Promise<Row[]> {
  const { table, unit, unitUs, scope, dimension, value } = placeOf(query);
  const from = Math.ceil(run.startUs / unitUs);
  const to = Math.ceil(run.endUs / unitUs);
  const bucket = sql`(${sql.ref(unit)} * ${sql.lit(unitUs)} - ${sql.lit(run.startUs)}) / ${sql.lit(run.lengthUs)}`;
  const { rows } = await sql<Row>`
    select ${sql.lit(run.first)} + ${bucket} as bucket, ${value === null ? sql.ref("value") : sql`''`} as value,
      ${sql.raw(SUMS.map((name) => `sum(${name}) as ${name}`).join(", "))}
    from ${sql.table(table)}
    where scope = ${sql.lit(scope)} and dimension = ${sql.lit(ROLLUP_DIMENSIONS.indexOf(dimension))}
      and ${sql.ref(unit)} >= ${sql.lit(from)} and ${sql.ref(unit)} < ${sql.lit(to)}
      ${value === null ? sql`` : sql`and value = ${value}`}
    group by 1, 2`.execute(db);
  return rows;
}

interface Place {
  table: "usage_hours" | "usage_days";
  unit: "hour" | "day";
  unitUs: number;
  scope: number;
  dimension: RollupDimension;
  /** Null: all values, each by itself. */
  value: string | null;
}

/** Of one person, hours are kept in all only; what they used by model or provider is known per day, in UTC. */
function placeOf({ userId, groupBy }: UsageSeriesQuery): Place {
  const hours = { table: "usage_hours", unit: "hour", unitUs: HOUR_US } as const;
  if (userId === undefined) {
    return { ...hours, scope: EVERYBODY, dimension: groupBy, value: groupBy === "all" ? "" : null };
  }
  if (groupBy === "all") return { ...hours, scope: EVERYBODY, dimension: "user", value: String(userId) };
  const days = { table: "usage_days", unit: "day", unitUs: DAY_US } as const;
  return { ...days, scope: userScope(userId), dimension: groupBy, value: null };
}

function emptySum(group: string | null, buckets: number): SeriesSum {
  const zeros = (): number[] => Array.from({ length: buckets }, () => 0);
  return {
    group,
    isRest: false,
    requests: zeros(),
    failures: zeros(),
    unpriced: zeros(),
    costNano: zeros(),
    input: zeros(),
    cacheRead: zeros(),
    output: zeros(),
  };
}

function add(group: SeriesSum, row: Row): void {
  const put = (list: number[], amount: number): void => {
    list[row.bucket] = (list[row.bucket] ?? 0) + amount;
  };
  put(group.requests, row.requests);
  put(group.failures, row.failures);
  put(group.unpriced, row.unpriced);
  put(group.costNano, row.cost_nano);
  put(group.input, row.input_uncached + row.cache_read + row.cache_write_5m + row.cache_write_1h);
  put(group.cacheRead, row.cache_read);
  put(group.output, row.output_tokens);
}

const total = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0);

const byCost = (a: SeriesSum, b: SeriesSum): number =>
  total(b.costNano) - total(a.costNano) ||
  total(b.requests) - total(a.requests) ||
  ((a.group ?? "") < (b.group ?? "") ? -1 : 1);

/** A chart of a hundred colours says nothing: what is small is one group. */
function foldSmall(groups: SeriesSum[], { limit, startsUs }: UsageSeriesQuery): UsageSeries {
  if (groups.length <= limit) return { startsUs, groups };
  const rest: SeriesSum = { ...emptySum(null, startsUs.length), isRest: true };
  for (const group of groups.slice(limit)) {
    for (const name of SERIES)
      for (const [place, amount] of group[name].entries()) rest[name][place] = (rest[name][place] ?? 0) + amount;
  }
  return { startsUs, groups: [...groups.slice(0, limit), rest] };
}

const SERIES = ["requests", "failures", "unpriced", "costNano", "input", "cacheRead", "output"] as const;
