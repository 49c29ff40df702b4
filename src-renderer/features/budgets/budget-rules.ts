/** What the configuration says of budgets and rate limits; anything else in it is passed over. */
import { type Entry, entriesOf, isEntry, type Json } from "../../configuration/config-value.ts";

interface Threshold {
  percent: number;
  do: string;
  to: string | undefined;
}
export interface BudgetRule {
  id: string;
  window: string | undefined;
  at: Threshold[] | undefined;
}
export interface RateRule {
  id: string | undefined;
  per: string;
  only: string[] | undefined;
  requests_per_minute: number | undefined;
  tokens_per_minute: number | undefined;
  concurrent: number | undefined;
}

export interface BudgetRules {
  budgets: BudgetRule[];
  rates: RateRule[];
}

/** @param value of the configuration's document. */
export function readBudgetRules(value: unknown): BudgetRules {
  const members = isEntry(value) ? value : {};
  return {
    budgets: entriesOf(members["budgets"]).flatMap((entry) => budgetRule(entry) ?? []),
    rates: entriesOf(members["rate_limits"]).flatMap((entry) => rateRule(entry) ?? []),
  };
}

function budgetRule(entry: Entry): BudgetRule | null {
  const id = word(entry["id"]);
  if (id === undefined) return null;
  const at = Array.isArray(entry["at"]) ? entriesOf(entry["at"]).flatMap((each) => threshold(each) ?? []) : undefined;
  return { id, window: word(entry["window"]), at };
}

function threshold(entry: Entry): Threshold | null {
  const percent = amount(entry["percent"]);
  const action = word(entry["do"]);
  return percent === undefined || action === undefined ? null : { percent, do: action, to: word(entry["to"]) };
}

function rateRule(entry: Entry): RateRule | null {
  const per = word(entry["per"]);
  if (per === undefined) return null;
  const only = entry["only"];
  return {
    id: word(entry["id"]),
    per,
    only: Array.isArray(only) ? only.filter((name) => typeof name === "string") : undefined,
    requests_per_minute: amount(entry["requests_per_minute"]),
    tokens_per_minute: amount(entry["tokens_per_minute"]),
    concurrent: amount(entry["concurrent"]),
  };
}

const word = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const amount = (value: Json | undefined): number | undefined => (typeof value === "number" ? value : undefined);
