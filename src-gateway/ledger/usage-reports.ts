/** What was used? `ledger/` sums up the recorded exchanges, in the database. */
import { sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import type { UsageDimension, UsageQuery, UsageReports, UsageSum } from "./types.ts";

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

/** @param identity where users and keys are, for their names; the same database unless the operator set it apart. */
export function createUsageReports(store: Store, identity: Store = store): UsageReports {
  return {
    async total(query) {
      const row = await sums(store, query).executeTakeFirstOrThrow();
      return toSum(row, null);
    },
    async breakdown(query) {
      const { groupBy } = query;
      const key = keyOf(groupBy);
      const rows = await sums(store, query).select(key.as("group_key")).groupBy(key).execute();
      const names = await namesOf(identity, groupBy);
      const found = rows.map((row) => toSum(row, nameOf(groupBy, row.group_key, names)));
      return isTime(groupBy)
        ? found.sort(byName)
        : found.sort((a, b) => b.requests - a.requests || b.usage.output - a.usage.output || byName(a, b));
    },
  };
}

/** Counted where the rows are; open exchanges have no usage yet and are left out. */
function sums({ db }: Store, query: UsageQuery) {
  let select = db
    .selectFrom("exchanges")
    .where("outcome", "<>", "open")
    .select((row) => [
      row.fn.countAll<number>().as("requests"),
      sql<number>`coalesce(sum(case when outcome = 'completed' then 0 else 1 end), 0)`.as("failures"),
      total("input_uncached"),
      total("cache_read"),
      total("cache_write_5m"),
      total("cache_write_1h"),
      total("output_tokens"),
      total("reasoning"),
      total("audio_input"),
      total("audio_output"),
    ]);
  if (query.fromUs !== undefined) select = select.where("id", ">=", query.fromUs);
  if (query.toUs !== undefined) select = select.where("id", "<", query.toUs);
  if (query.userId !== undefined) select = select.where("user_id", "=", query.userId);
  if (query.apiKeyId !== undefined) select = select.where("api_key_id", "=", query.apiKeyId);
  return select;
}

const total = <Name extends string>(column: Name) => sql<number>`coalesce(sum(${sql.ref(column)}), 0)`.as(column);

/** Code units, not a language's order; what has no name comes last. */
function byName(a: UsageSum, b: UsageSum): number {
  if (a.group === null || b.group === null) return Number(a.group === null) - Number(b.group === null);
  return a.group < b.group ? -1 : Number(a.group > b.group);
}

const isTime = (dimension: UsageDimension): boolean => dimension === "day" || dimension === "hour";

function keyOf(dimension: UsageDimension) {
  const column = (name: string) => sql<string | number | null>`${sql.ref(name)}`;
  switch (dimension) {
    case "user":
      return column("user_id");
    case "key":
      return column("api_key_id");
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

function nameOf(dimension: UsageDimension, key: string | number | null, names: Map<number, string>): string | null {
  if (key === null) return null;
  if (dimension === "day") return new Date((Number(key) * DAY_US) / 1000).toISOString().slice(0, 10);
  if (dimension === "hour") return `${new Date((Number(key) * HOUR_US) / 1000).toISOString().slice(0, 13)}:00Z`;
  if (dimension === "user" || dimension === "key") return names.get(Number(key)) ?? `${dimension} ${key}`;
  return String(key);
}

interface SumRow {
  requests: number;
  failures: number;
  input_uncached: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  output_tokens: number;
  reasoning: number;
  audio_input: number;
  audio_output: number;
}

function toSum(row: SumRow, group: string | null): UsageSum {
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
  };
}
