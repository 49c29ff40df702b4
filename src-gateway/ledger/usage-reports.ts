/**
 * What was used, and what did it cost? `ledger/` reads the books: sums per hour and day where they answer, the rows
 * themselves at the ends of a span and where no sum is kept.
 */
import { sql } from "kysely";
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
import { createOtherReports } from "./other-reports.ts";
import type { UsageDimension, UsageQuery, UsageReports, UsageSum } from "./types.ts";
import { DAY_US, HOUR_US, type Segments, type Span, segmentsOf } from "./usage-segments.ts";

/** @param identity where users and keys are, for their names; the same database unless the operator set it apart. */
export function createUsageReports(store: Store, identity: Store = store): UsageReports {
  return {
    async total(query) {
      const groups = await readSums(store, identity, query, "all");
      return toSum(groups.get("") ?? NOTHING, null);
    },
    async breakdown(query) {
      const { groupBy } = query;
      const groups = await readSums(store, identity, query, groupBy);
      const names = await namesOf(identity, groupBy);
      const found = [...groups].map(([key, sums]) => toSum(sums, nameOf(groupBy, key, names)));
      return isTime(groupBy)
        ? found.sort(byName)
        : found.sort(
            (a, b) =>
              b.costNano - a.costNano || b.requests - a.requests || b.usage.output - a.usage.output || byName(a, b),
          );
    },
    ...createOtherReports(store),
  };
}

type Sums = Record<DaySum, number>;
const NOTHING = Object.fromEntries(DAY_SUMS.map((name) => [name, 0])) as Sums;

type Grouping = UsageDimension | "all";

/** By the value of the dimension as it stands in the database, times as their number. */
async function readSums(
  store: Store,
  identity: Store,
  query: UsageQuery,
  groupBy: Grouping,
): Promise<Map<string, Sums>> {
  const scope = await scopeOf(identity, query);
  const segments = segmentsFor(query, scope, groupBy);
  const found = await Promise.all([
    ...segments.days.map((span) => readPeriods(store, "day", span, scope ?? EVERYBODY, groupBy)),
    ...segments.hours.map((span) => readPeriods(store, "hour", span, scope ?? EVERYBODY, groupBy)),
    ...segments.rows.map((span) => readRows(store, span, query, groupBy)),
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

/** Per user and key there are sums of days and none of hours; a scope of null has no sums at all. */
function segmentsFor(query: UsageQuery, scope: number | null, groupBy: Grouping): Segments {
  const isOwn = query.userId !== undefined || query.apiKeyId !== undefined;
  const dimension = dimensionOf(groupBy);
  if (scope === null || (isOwn && (groupBy === "hour" || !OWN_DIMENSIONS.has(dimension))))
    return { days: [], hours: [], rows: [{ from: query.fromUs ?? 0, to: query.toUs ?? Number.MAX_SAFE_INTEGER }] };
  const segments = segmentsOf(query, !isOwn);
  return groupBy === "hour" || HOURLY_ONLY.has(dimension) ? hoursOnly(segments) : segments;
}

const dimensionOf = (groupBy: Grouping): RollupDimension => (isTime(groupBy) ? "all" : groupBy);

/** Under which number the sums of those who are asked about are kept; null where that is not one number. */
async function scopeOf({ db }: Store, { userId, apiKeyId }: UsageQuery): Promise<number | null> {
  if (apiKeyId === undefined) return userId === undefined ? EVERYBODY : userScope(userId);
  if (userId === undefined) return keyScope(apiKeyId);
  // Somebody who may see only their own must not be shown the sums of another's key.
  const key = await db
    .selectFrom("api_keys")
    .select("id")
    .where("id", "=", apiKeyId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return key === undefined ? null : keyScope(apiKeyId);
}

type GroupedSums = Sums & { group_key: string | number | null };

async function readPeriods(
  { db }: Store,
  period: "hour" | "day",
  span: Span,
  scope: number,
  groupBy: Grouping,
): Promise<GroupedSums[]> {
  const dimension = dimensionOf(groupBy);
  const key = isTime(groupBy) ? timeOf(period, groupBy) : sql<string>`value`;
  const { rows } = await sql<GroupedSums>`
    select ${key} as group_key, ${sql.raw(DAY_SUMS.map((name) => `sum(${name}) as ${name}`).join(", "))}
    from ${sql.table(`usage_${period}s`)}
    where scope = ${sql.lit(scope)}
      and dimension = ${sql.lit(ROLLUP_DIMENSIONS.indexOf(dimension))}
      and ${sql.ref(period)} >= ${sql.lit(span.from)} and ${sql.ref(period)} < ${sql.lit(span.to)}
    group by 1`.execute(db);
  return rows;
}

/** A day is counted from its hours too, never an hour from its day. */
const timeOf = (period: "hour" | "day", wanted: "hour" | "day") =>
  period === "hour" && wanted === "day" ? sql<number>`hour / 24` : sql<number>`${sql.ref(period)}`;

async function readRows(store: Store, span: Span, query: UsageQuery, groupBy: Grouping): Promise<GroupedSums[]> {
  const key = keyOf(groupBy);
  // Corrections count at the time of what they correct.
  const { rows } = await sql<GroupedSums>`
    select ${key} as group_key, count(*) as requests,
      sum(case when outcome = 'completed' then 0 else 1 end) as failures,
      ${sql.raw(PLAIN_SUMS.map((name) => `sum(${name}) as ${name}`).join(", "))},
      sum(coalesce(cost_nano, 0) + coalesce((select sum(delta_nano) from cost_corrections where exchange_id = exchanges.id), 0)) as cost_nano,
      sum(case when usage_source <> 'none' and cost_nano is null then 1 else 0 end
        + coalesce((select sum(unpriced_delta) from cost_corrections where exchange_id = exchanges.id), 0)) as unpriced,
      sum(coalesce(total_us, 0)) as total_us, sum(coalesce(first_token_us, 0)) as first_token_us,
      count(first_token_us) as first_tokens
    from exchanges
    where outcome not in ('open', 'interrupted') and id >= ${sql.lit(span.from)} and id < ${sql.lit(span.to)}
      ${ownedBy(query)}
    group by 1`.execute(store.db);
  return rows;
}

/** They are in no sum: what interrupted them kept the books from learning more. The index of failures finds them. */
async function readInterrupted({ db }: Store, query: UsageQuery, groupBy: Grouping): Promise<GroupedSums[]> {
  const key = keyOf(groupBy);
  const { rows } = await sql<{ group_key: string | number | null; requests: number }>`
    select ${key} as group_key, count(*) as requests from exchanges
    where outcome <> 'completed' and outcome = 'interrupted'
      and id >= ${sql.lit(query.fromUs ?? 0)} and id < ${sql.lit(query.toUs ?? Number.MAX_SAFE_INTEGER)}
      ${ownedBy(query)}
    group by 1`.execute(db);
  return rows.map(({ group_key, requests }) => ({ ...NOTHING, group_key, requests, failures: requests }));
}

const PLAIN_SUMS = DAY_SUMS.slice(DAY_SUMS.indexOf("input_uncached"), DAY_SUMS.indexOf("cost_nano"));

const ownedBy = ({ userId, apiKeyId }: UsageQuery) =>
  sql.join(
    [
      ...(userId === undefined ? [] : [sql`and user_id = ${sql.lit(userId)}`]),
      ...(apiKeyId === undefined ? [] : [sql`and api_key_id = ${sql.lit(apiKeyId)}`]),
      sql``,
    ],
    sql` `,
  );

/** Code units, not a language's order; what has no name comes last. */
function byName(a: UsageSum, b: UsageSum): number {
  if (a.group === null || b.group === null) return Number(a.group === null) - Number(b.group === null);
  return a.group < b.group ? -1 : Number(a.group > b.group);
}

const isTime = (dimension: Grouping): dimension is "day" | "hour" => dimension === "day" || dimension === "hour";

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

async function namesOf({ db }: Store, dimension: UsageDimension): Promise<Map<number, string>> {
  if (dimension === "user") {
    const users = await db.selectFrom("users").select(["id", "email as name"]).execute();
    return new Map(users.map(({ id, name }) => [id, name]));
  }
  if (dimension === "key") {
    const keys = await db.selectFrom("api_keys").select(["id", "name", "key_prefix"]).execute();
    return new Map(keys.map(({ id, name, key_prefix }) => [id, `${name} (${key_prefix}…)`]));
  }
  return new Map();
}

function nameOf(dimension: UsageDimension, key: string, names: Map<number, string>): string | null {
  if (key === "") return null;
  if (dimension === "day") return new Date((Number(key) * DAY_US) / 1000).toISOString().slice(0, 10);
  if (dimension === "hour") return `${new Date((Number(key) * HOUR_US) / 1000).toISOString().slice(0, 13)}:00Z`;
  if (dimension === "user" || dimension === "key") return names.get(Number(key)) ?? `${dimension} ${key}`;
  return key;
}

function toSum(row: Sums, group: string | null): UsageSum {
  return {
    group,
    requests: row.requests,
    failures: row.failures,
    usage: {
      inputUncached: row.input_uncached,
      cacheRead: row.cache_read,
      cacheWrite5m: row.cache_write_5m,
      cacheWrite1h: row.cache_write_1h,
      output: row.output_tokens,
      reasoning: row.reasoning,
      audioInput: row.audio_input,
      audioOutput: row.audio_output,
    },
    costNano: row.cost_nano,
    unpriced: row.unpriced,
    meanFirstTokenMs: row.first_tokens === 0 ? null : row.first_token_us / row.first_tokens / 1000,
    meanTotalMs: row.requests === 0 ? null : row.total_us / row.requests / 1000,
  };
}
