/** What the configuration says of budgets and rate limits; anything else in it is passed over. */
import { type Entry, entriesOf, type Json } from "../../configuration/config-value.ts";

interface Threshold {
  percent: number;
  do: string;
  to: string | undefined;
}
/** An entry with its place in the list. */
interface Placed {
  place: number;
  entry: Entry;
  per: string;
  only: string[];
}
export interface BudgetRule extends Placed {
  id: string;
  kind: string;
  unit: string;
  limit: number;
  window: string;
  at: Threshold[];
}
export interface RateRule extends Placed {
  id: string | undefined;
  requests_per_minute: number | undefined;
  tokens_per_minute: number | undefined;
  concurrent: number | undefined;
}

export const budgetRules = (entries: readonly Entry[]): BudgetRule[] =>
  entries.flatMap((entry, place) => {
    const id = word(entry["id"]);
    if (id === undefined) return [];
    const kind = word(entry["kind"]) ?? "hard";
    return {
      ...placed(entry, place),
      id,
      kind,
      unit: word(entry["unit"]) ?? "usd",
      limit: amount(entry["limit"]) ?? 0,
      window: word(entry["window"]) ?? (kind === "pool" ? "total" : "month"),
      at: entriesOf(entry["at"]).flatMap((each) => threshold(each) ?? []),
    };
  });

export const rateRules = (entries: readonly Entry[]): RateRule[] =>
  entries.flatMap((entry, place) => {
    if (word(entry["per"]) === undefined) return [];
    return {
      ...placed(entry, place),
      id: word(entry["id"]),
      requests_per_minute: amount(entry["requests_per_minute"]),
      tokens_per_minute: amount(entry["tokens_per_minute"]),
      concurrent: amount(entry["concurrent"]),
    };
  });

function placed(entry: Entry, place: number): Placed {
  const only = entry["only"];
  const names = (Array.isArray(only) ? only : [only]).filter((name) => typeof name === "string");
  return { place, entry, per: word(entry["per"]) ?? "", only: names };
}

function threshold(entry: Entry): Threshold | null {
  const percent = amount(entry["percent"]);
  const action = word(entry["do"]);
  return percent === undefined || action === undefined ? null : { percent, do: action, to: word(entry["to"]) };
}

const word = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const amount = (value: Json | undefined): number | undefined => (typeof value === "number" ? value : undefined);
