/** What the ledger has of somebody, for budgets whose count is not known yet. */
import { sql } from "kysely";
import type { SpentQuery } from "../budgets/types.ts";
import { inputTotal } from "../ir/usage.ts";
import { readKeysOfTeam } from "../ledger/team-keys.ts";
import type { UsageDimension, UsageReports, UsageSum } from "../ledger/types.ts";
import type { Store } from "../store/open-store.ts";

export function createSpentSince(
  usage: UsageReports,
  store: Store,
  identity: Store,
): (query: SpentQuery) => Promise<number> {
  return async (query) => {
    const sums = await sumsOf(usage, query);
    if (query.unit === "usd") return total(sums, ({ costNano }) => costNano);
    if (query.unit === "tokens") return total(sums, ({ usage: used }) => inputTotal(used) + used.output);
    return Math.max(0, total(sums, ({ requests }) => requests) - (await neverAsked(store, identity, query)));
  };
}

const total = (sums: readonly UsageSum[], of: (sum: UsageSum) => number): number =>
  sums.reduce((sum, each) => sum + of(each), 0);

async function sumsOf(usage: UsageReports, { scope, id, name, fromUs }: SpentQuery): Promise<UsageSum[]> {
  switch (scope) {
    case "global":
      return [await usage.total({ fromUs })];
    case "user":
      return [await usage.total({ fromUs, userId: Number(id) })];
    case "key":
      return [await usage.total({ fromUs, apiKeyId: Number(id) })];
    case "team":
    case "agent":
    case "project":
    case "provider":
      return grouped(usage, scope, name, fromUs);
  }
}

/** Names count in any case, and agents in all their versions. */
async function grouped(
  usage: UsageReports,
  groupBy: UsageDimension,
  name: string,
  fromUs: number,
): Promise<UsageSum[]> {
  const sums = await usage.breakdown({ fromUs, groupBy });
  return sums.filter(({ group }) => group !== null && nameIn(groupBy, group) === name.toLowerCase());
}

const nameIn = (scope: string, group: string): string =>
  (scope === "agent" ? (group.split("/", 1)[0] ?? group) : group).toLowerCase();

/** Rows of requests that no provider was asked for: they are in the ledger, and in no budget. */
async function neverAsked({ db }: Store, identity: Store, query: SpentQuery): Promise<number> {
  const { scope, id, name, fromUs } = query;
  const keys = scope === "team" ? await readKeysOfTeam(identity, name) : [];
  const lower = name.toLowerCase();
  const whose = {
    global: sql`1 = 1`,
    team: keys.length === 0 ? sql`1 = 0` : sql`api_key_id in (${sql.join(keys)})`,
    user: sql`user_id = ${Number(id)}`,
    key: sql`api_key_id = ${Number(id)}`,
    agent: sql`(lower(agent) = ${lower} or lower(agent) like ${`${lower.replace(/[\\%_]/g, "\\$&")}/%`} escape '\\')`,
    project: sql`lower(project) = ${lower}`,
    provider: sql`lower(provider) = ${lower}`,
  }[scope];
  const { rows } = await sql<{ requests: number | string }>`
    select count(*) as requests from exchanges
    where outcome <> 'completed' and outcome <> 'open' and queue_us is null
      and id >= ${sql.lit(fromUs)} and ${whose}`.execute(db);
  return Number(rows[0]?.requests ?? 0);
}
