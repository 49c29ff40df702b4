/**
 * What was used, and what did it cost? `ledger/` reads the books: sums per hour and day where they answer, the rows
 * themselves at the ends of a span and where no sum is kept.
 */
import type { Store } from "../store/open-store.ts";
import { DAY_SUMS } from "../store/rollup-columns.ts";
import { createOtherReports } from "./other-reports.ts";
import { isTime, NOTHING, readSums, type Sums } from "./read-sums.ts";
import { readTeamsOfKeys } from "./team-keys.ts";
import type { UsageDimension, UsageQuery, UsageReports, UsageSum } from "./types.ts";
import { DAY_US, HOUR_US } from "./usage-segments.ts";
import { readUsageSeries } from "./usage-series.ts";

/** @param identity where users and keys are, for their names; the same database unless the operator set it apart. */
export function createUsageReports(store: Store, identity: Store = store): UsageReports {
  return {
    async total(query) {
      const groups = await readSums(store, identity, query, "all");
      return toSum(groups.get("") ?? NOTHING, null);
    },
    async breakdown(query) {
      const { groupBy } = query;
      const groups = await (groupBy === "team"
        ? readTeamSums(store, identity, query)
        : readSums(store, identity, query, groupBy));
      const names = await namesOf(identity, groupBy);
      const found = [...groups].map(([key, sums]) => toSum(sums, nameOf(groupBy, key, names)));
      return groupBy !== "team" && isTime(groupBy)
        ? found.sort(byName)
        : found.sort(
            (a, b) =>
              b.costNano - a.costNano || b.requests - a.requests || b.usage.output - a.usage.output || byName(a, b),
          );
    },
    async series(query) {
      const { startsUs, groups } = await readUsageSeries(store, query);
      const { groupBy } = query;
      if (groupBy === "all") return { startsUs, groups };
      const names = await namesOf(identity, groupBy);
      return {
        startsUs,
        groups: groups.map((sum) => ({ ...sum, group: sum.group && nameOf(groupBy, sum.group, names) })),
      };
    },
    ...createOtherReports(store),
  };
}

/** By the team's name; what was asked without a key, or with one of no team, is in none. */
async function readTeamSums(store: Store, identity: Store, query: UsageQuery): Promise<Map<string, Sums>> {
  const [byKey, teams] = await Promise.all([readSums(store, identity, query, "key"), readTeamsOfKeys(identity)]);
  const groups = new Map<string, Sums>();
  for (const [key, sums] of byKey) {
    const team = (key === "" ? undefined : teams.get(Number(key))) ?? "";
    const before = groups.get(team);
    if (before === undefined) groups.set(team, { ...sums });
    else for (const name of DAY_SUMS) before[name] += sums[name];
  }
  return groups;
}

/** Code units, not a language's order; what has no name comes last. */
function byName(a: UsageSum, b: UsageSum): number {
  if (a.group === null || b.group === null) return Number(a.group === null) - Number(b.group === null);
  return a.group < b.group ? -1 : Number(a.group > b.group);
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
