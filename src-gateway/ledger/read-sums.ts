/** The sums that a report is made of: per hour and day where they are kept, counted from the rows where they are not. */
import { sql } from "kysely";
import { ID_SPAN, spanOf } from "../store/lean-columns.ts";
import type { Store } from "../store/open-store.ts";
import {
  DAY_SUMS,
  type DaySum,
  EVERYBODY,
  HOURLY_ONLY,
  OWN_DIMENSIONS,
  ROLLUP_DIMENSIONS,
  type RollupDimension,
} from "../store/rollup-columns.ts";
import { keyScope, userScope } from "../store/rollups.ts";
import type { UsageDimension, UsageQuery } from "./types.ts";
import { DAY_US, HOUR_US, type Segments, type Span, segmentsOf } from "./usage-segments.ts";

export type Sums = Record<DaySum, number>;
export const NOTHING = Object.fromEntries(DAY_SUMS.map((name) => [name, 0])) as Sums;

/** Teams are put together from their keys. */
type Grouping = Exclude<UsageDimension, "team"> | "all";

/** By the value of the dimension as it stands in the database, times as their number. */
export async function readSums(
  store: Store,
  identity: Store,
  query: UsageQuery,
  groupBy: Grouping,
): Promise<Map<string, Sums>> {
  const place = await placeOf(identity, query, groupBy);
  const { days, hours, rows } = segmentsFor(query, place, groupBy);
  const found = await Promise.all([
    ...(place === null ? [] : days.map((span) => readPeriods(store, "day", span, place, groupBy))),
    ...(place === null ? [] : hours.map((span) => readPeriods(store, "hour", span, place, groupBy))),
    ...rows.map((span) => readRows(store, span, query, groupBy)),
    readInterrupted(store, query, groupBy),
  ]);
  const groups = new Map<string, Sums>();
  for (const { group_key, ...sums } of found.flat()) {
    const key = String(group_key ?? "");
    const before = groups.get(key);
    if (before === undefined) groups.set(key, sums);
    else for (const name of DAY_SUMS) before[name] += sums[name];
  }
  for (const [key, { requests }] of groups) if (requests === 0) groups.delete(key);
  return groups;
}

const hoursOnly = ({ days, hours, rows }: Segments): Segments => ({
  days: [],
  hours: [...hours, ...days.map(({ from, to }) => ({ from: from * 24, to: to * 24 }))],
  rows,
});

function segmentsFor(query: UsageQuery, place: Place | null, groupBy: Grouping): Segments {
  if (place === null)
    return { days: [], hours: [], rows: [{ from: query.fromUs ?? 0, to: query.toUs ?? Number.MAX_SAFE_INTEGER }] };
  const segments = segmentsOf(query, place.hasHours);
  return groupBy === "hour" || HOURLY_ONLY.has(place.dimension) ? hoursOnly(segments) : segments;
}

/** Where the sums of those who are asked about are kept. */
interface Place {
  scope: number;
  dimension: RollupDimension;
  /** Null: all values. */
  value: string | null;
  /** Not only per day. */
  hasHours: boolean;
}

/** Null where no sums are kept of that. */
async function placeOf(identity: Store, query: UsageQuery, groupBy: Grouping): Promise<Place | null> {
  const dimension = isTime(groupBy) ? "all" : groupBy;
  const own = await ownOf(identity, query);
  if (own === "everybody") return { scope: EVERYBODY, dimension, value: null, hasHours: true };
  if (own === null) return null;
  // One value among everybody's.
  if (dimension === "all") return { scope: EVERYBODY, dimension: own.dimension, value: own.value, hasHours: true };
  return OWN_DIMENSIONS.has(dimension) ? { scope: own.scope, dimension, value: null, hasHours: false } : null;
}

type Own = { scope: number; dimension: "key" | "user"; value: string };

/** Null where it is not one key or one user. */
async function ownOf({ db }: Store, { userId, apiKeyId }: UsageQuery): Promise<Own | "everybody" | null> {
  const ofKey = (id: number): Own => ({ scope: keyScope(id), dimension: "key", value: String(id) });
  if (apiKeyId === undefined)
    return userId === undefined ? "everybody" : { scope: userScope(userId), dimension: "user", value: String(userId) };
  if (userId === undefined) return ofKey(apiKeyId);
  // Somebody who may see only their own must not be shown the sums of another's key.
  const key = await db
    .selectFrom("api_keys")
    .select("id")
    .where("id", "=", apiKeyId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return key === undefined ? null : ofKey(apiKeyId);
}

type GroupedSums = Sums & { group_key: string | number | null };

async function readPeriods(
  { db }: Store,
  period: "hour" | "day",
  span: Span,
  { scope, dimension, value }: Place,
  groupBy: Grouping,
): Promise<GroupedSums[]> {
  const key = isTime(groupBy) ? timeOf(period, groupBy) : groupBy === "all" ? sql<string>`''` : sql<string>`value`;
  const { rows } = await sql<GroupedSums>`
    select ${key} as group_key, ${sql.raw(DAY_SUMS.map((name) => `sum(${name}) as ${name}`).join(", "))}
    from ${sql.table(`usage_${period}s`)}
    where scope = ${sql.lit(scope)}
      and dimension = ${sql.lit(ROLLUP_DIMENSIONS.indexOf(dimension))}
      and ${sql.ref(period)} >= ${sql.lit(span.from)} and ${sql.ref(period)} < ${sql.lit(span.to)}
      ${value === null ? sql`` : sql`and value = ${value}`}
    group by 1`.execute(db);
  return rows;
}

/** A day is counted from its hours too, never an hour from its day. */
const timeOf = (period: "hour" | "day", wanted: "hour" | "day") =>
  period === "hour" && wanted === "day" ? sql<number>`hour / 24` : sql<number>`${sql.ref(period)}`;

async function readRows(store: Store, span: Span, query: UsageQuery, groupBy: Grouping): Promise<GroupedSums[]> {
  const key = keyOf(groupBy);
  const corrected = await hasCorrections(store, span);
  const correction = (column: string) =>
    corrected
      ? sql`coalesce((select sum(${sql.ref(column)}) from cost_corrections where exchange_id = exchanges.id), 0)`
      : sql`0`;
  // Corrections count at the time of what they correct.
  const { rows } = await sql<GroupedSums>`
    select ${key} as group_key, count(*) as requests,
      sum(case when outcome = 'completed' then 0 else 1 end) as failures,
      ${sql.raw(PLAIN_SUMS.map((name) => `sum(${name}) as ${name}`).join(", "))},
      sum(coalesce(cost_nano, 0) + ${correction("delta_nano")}) as cost_nano,
      sum(case when usage_source <> 'none' and cost_nano is null then 1 else 0 end + ${correction("unpriced_delta")})
        as unpriced,
      sum(coalesce(total_us, 0)) as total_us, sum(coalesce(first_token_us, 0)) as first_token_us,
      count(first_token_us) as first_tokens
    from exchanges
    where outcome not in ('open', 'interrupted') and id >= ${sql.lit(span.from)} and id < ${sql.lit(span.to)}
      ${ownedBy(query)} ${indexedSpan(store, span, query)}
    group by 1`.execute(store.db);
  return rows;
}

/** Usually there are none, and then the rows need not be asked one by one. */
async function hasCorrections({ db }: Store, span: Span): Promise<boolean> {
  const { rows } = await sql`select 1 from cost_corrections
    where exchange_id >= ${sql.lit(span.from)} and exchange_id < ${sql.lit(span.to)} limit 1`.execute(db);
  return rows.length > 0;
}

/** They are in no sum: what interrupted them kept the books from learning more. They have an index of their own. */
async function readInterrupted({ db }: Store, query: UsageQuery, groupBy: Grouping): Promise<GroupedSums[]> {
  const key = keyOf(groupBy);
  const { rows } = await sql<{ group_key: string | number | null; requests: number }>`
    select ${key} as group_key, count(*) as requests from exchanges
    where outcome = 'interrupted' and id >= ${sql.lit(query.fromUs ?? 0)} and id < ${sql.lit(query.toUs ?? Number.MAX_SAFE_INTEGER)}
      ${ownedBy(query, "+")}
    group by 1`.execute(db);
  return rows.map(({ group_key, requests }) => ({ ...NOTHING, group_key, requests, failures: requests }));
}

const PLAIN_SUMS = DAY_SUMS.slice(DAY_SUMS.indexOf("input_uncached"), DAY_SUMS.indexOf("cost_nano"));

/** @param sign a plus keeps SQLite from choosing the index of the key or user, where another one finds fewer rows. */
const ownedBy = ({ userId, apiKeyId }: UsageQuery, sign: "" | "+" = "") =>
  sql.join(
    [
      ...(userId === undefined ? [] : [sql`and ${sql.raw(sign)}user_id = ${sql.lit(userId)}`]),
      ...(apiKeyId === undefined ? [] : [sql`and ${sql.raw(sign)}api_key_id = ${sql.lit(apiKeyId)}`]),
      sql``,
    ],
    sql` `,
  );

export const isTime = (dimension: Grouping): dimension is "day" | "hour" => dimension === "day" || dimension === "hour";

/** Follows from the ids; PostgreSQL's indexes of keys and users need it said. */
const indexedSpan = ({ dialect }: Store, { from, to }: Span, { userId, apiKeyId }: UsageQuery) =>
  dialect === "sqlite" || (userId ?? apiKeyId) === undefined
    ? sql``
    : sql`and ${sql.raw(ID_SPAN)} >= ${sql.lit(spanOf(from))} and ${sql.raw(ID_SPAN)} <= ${sql.lit(spanOf(to))}`;

function keyOf(dimension: Grouping) {
  const column = (name: string) => sql<string | number | null>`${sql.ref(name)}`;
  switch (dimension) {
    case "all":
      return sql<string>`''`;
    case "user":
      return column("user_id");
    case "key":
      return column("api_key_id");
    case "branch":
      return column("git_branch");
    case "model":
      return sql<string | number | null>`coalesce(model_routed, model_asked)`;
    case "day":
      return sql<string | number | null>`id / ${sql.lit(DAY_US)}`;
    case "hour":
      return sql<string | number | null>`id / ${sql.lit(HOUR_US)}`;
    case "agent":
    case "session":
    case "project":
    case "provider":
    case "surface":
      return column(dimension);
  }
}
