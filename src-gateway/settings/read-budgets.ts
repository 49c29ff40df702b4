import type { Node } from "yaml";
import { BUDGET_SCOPES, BUDGET_UNITS, type BudgetConfig, type BudgetUnit, QUOTA_KINDS } from "./budget-types.ts";
import { checkSharedBudgets } from "./check-shared-budgets.ts";
import {
  choice,
  count,
  type Entry,
  readId,
  readOnly,
  readSchedule,
  readZone,
  refuseMissing,
  refuseTwice,
} from "./read-limit-parts.ts";
import { readThresholds } from "./read-thresholds.ts";
import { readWindow } from "./read-window.ts";
import type { YamlReader } from "./yaml-reader.ts";

const MEMBERS = ["id", "per", "only", "kind", "unit", "limit", "window", "time_zone", "from"];
const MORE_MEMBERS = ["of", "burst", "at", "schedule", "unpriced"];
const MAX_DOLLARS = 1_000_000;
const MAX_COUNT = 1_000_000_000_000_000;
const NANO = 1_000_000_000;

/** The entries of `budgets:`. */
export function readBudgets(reader: YamlReader, node: Node | undefined): BudgetConfig[] {
  const read = reader.items(node, "budgets").map((item, index) => {
    const key = `budgets[${index}]`;
    return { item, key, budget: readBudget(reader, item, key) };
  });
  const good = read.flatMap(({ item, key, budget }) => (budget ? [{ item, key, budget }] : []));
  const budgets = good.map(({ budget }) => budget);
  refuseTwice(budgets, (index) =>
    reader.refuse(good[index]?.item, `${good[index]?.key}.id`, "stands twice", "give each budget an id of its own"),
  );
  checkSharedBudgets(budgets, (index, name, problem, hint) =>
    reader.refuse(good[index]?.item, `${good[index]?.key}.${name}`, problem, hint),
  );
  return budgets;
}

function readBudget(reader: YamlReader, node: Node, key: string): BudgetConfig | null {
  const members = reader.members(node, key, [...MEMBERS, ...MORE_MEMBERS]);
  if (!members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "id", "a name of your choice, for messages and reports");
  refuseMissing(entry, "per", `one of ${BUDGET_SCOPES.join(", ")}`);
  refuseMissing(entry, "limit", "such as 50");
  const id = readId(entry);
  const per = choice(entry, "per", BUDGET_SCOPES);
  const only = readOnly(entry, per ?? "");
  const kind = choice(entry, "kind", QUOTA_KINDS) ?? "hard";
  const unit = choice(entry, "unit", BUDGET_UNITS) ?? "usd";
  const limit = readAmount(entry, "limit", unit);
  const window = readWindow(entry, kind === "pool" ? "total" : "month");
  const of = reader.text(members.get("of"), `${key}.of`);
  const burst = readAmount(entry, "burst", unit);
  if (kind === "burstable") refuseMissing(entry, "burst", "how much more than the limit, such as 10");
  else if (members.has("burst"))
    reader.refuse(members.get("burst"), `${key}.burst`, `means nothing to ${kind}`, "it belongs to kind: burstable");
  const isPart = kind === "reserved" || kind === "burstable";
  if (isPart) refuseMissing(entry, "of", "the id of the budget that the limit is set aside in");
  else if (members.has("of"))
    reader.refuse(members.get("of"), `${key}.of`, `means nothing to ${kind}`, "it belongs to reserved and burstable");
  const thresholds = readThresholds(entry, kind);
  const schedule = readSchedule(entry, ["limit"], (inner) => {
    refuseMissing(inner, "limit", "such as 20");
    const scheduled = readAmount(inner, "limit", unit);
    return scheduled === null ? null : { limit: scheduled };
  });
  const unpriced = choice(entry, "unpriced", ["allow", "block"]) ?? "allow";
  const timeZone = readZone(entry);
  if (id === null || per === null || limit === null || window === null) return null;
  return {
    id,
    per,
    kind,
    unit,
    limit,
    window,
    thresholds,
    schedule,
    timeZone,
    unpriced,
    ...(only ? { only } : {}),
    ...(of === null ? {} : { of }),
    ...(burst === null ? {} : { burst }),
    where: reader.where(node),
  };
}

/** Dollars are kept as nano-USD. */
function readAmount(entry: Entry, name: string, unit: BudgetUnit): number | null {
  if (unit !== "usd") return count(entry, name, MAX_COUNT);
  const dollars = entry.reader.number(entry.members.get(name), `${entry.key}.${name}`, 0, MAX_DOLLARS);
  return dollars === null ? null : Math.round(dollars * NANO);
}
