/**
 * Entries of `budgets:` and `rate_limits:` while somebody writes them. What the form does not know in an entry, such as its
 * schedule, stays as it is, and so does whatever nobody changed.
 */
import { type Entry, entriesOf, type Json, textOf } from "../../configuration/config-value.ts";

export const BUDGET_SCOPES = ["user", "team", "key", "agent", "project", "provider", "global"] as const;
export const RATE_SCOPES = [...BUDGET_SCOPES, "address"] as const;
export const UNITS = ["usd", "tokens", "requests"] as const;
export const KINDS = ["hard", "soft", "reserved", "burstable", "pool"] as const;
export const WINDOWS = ["day", "week", "month", "total"] as const;
export const ACTS = ["notify", "warn", "downgrade", "ask", "block"] as const;
export const MAXIMA = ["requests_per_minute", "tokens_per_minute", "concurrent"] as const;

export interface ThresholdDraft {
  /** For the list on the page, while others come and go. */
  key: number;
  percent: string;
  do: string;
  to: string;
  wait: string;
  /** As it is written; null for a new one. */
  written: Entry | null;
}

const BUDGET_TEXTS = ["id", "per", "kind", "unit", "window", "from", "of"] as const;
const BUDGET_NUMBERS = ["limit", "burst"] as const;
const RATE_TEXTS = ["id", "per"] as const;
const STEP_TEXTS = ["do", "to", "wait"] as const;

export type BudgetDraft = Record<(typeof BUDGET_TEXTS)[number] | (typeof BUDGET_NUMBERS)[number] | "only", string> & {
  at: ThresholdDraft[];
};
export type RateDraft = Record<(typeof RATE_TEXTS)[number] | (typeof MAXIMA)[number] | "only", string>;

export const draftOfBudget = (entry: Entry): BudgetDraft => ({
  ...textsOf(entry, [...BUDGET_TEXTS, ...BUDGET_NUMBERS]),
  only: namesOf(entry["only"]),
  at: entriesOf(entry["at"]).map((written, key) => ({ key, ...textsOf(written, ["percent", ...STEP_TEXTS]), written })),
});

export const draftOfRate = (entry: Entry): RateDraft => ({
  ...textsOf(entry, [...RATE_TEXTS, ...MAXIMA]),
  only: namesOf(entry["only"]),
});

/** What most people want: so much for each, a month. */
export const newBudget = (): BudgetDraft => draftOfBudget({ per: "user", unit: "usd", window: "month" });
export const newRate = (): RateDraft => draftOfRate({ per: "key" });

export const newThreshold = (others: readonly ThresholdDraft[]): ThresholdDraft => ({
  key: Math.max(-1, ...others.map(({ key }) => key)) + 1,
  percent: others.length === 0 ? "80" : "100",
  do: "warn",
  to: "",
  wait: "",
  written: null,
});

export function budgetOf(draft: BudgetDraft, before: Entry | null): Entry {
  const entry: Entry = { ...before };
  for (const name of BUDGET_TEXTS) write(entry, before, name, draft[name], (text) => text);
  for (const name of BUDGET_NUMBERS) write(entry, before, name, draft[name], Number);
  writeNames(entry, before, draft.only);
  const at = draft.at.map(thresholdOf);
  if (JSON.stringify(at) !== JSON.stringify(entriesOf(before?.["at"]))) {
    if (at.length === 0) delete entry["at"];
    else entry["at"] = at;
  }
  return entry;
}

export function rateOf(draft: RateDraft, before: Entry | null): Entry {
  const entry: Entry = { ...before };
  for (const name of RATE_TEXTS) write(entry, before, name, draft[name], (text) => text);
  writeNames(entry, before, draft.only);
  for (const name of MAXIMA) write(entry, before, name, draft[name], Number);
  return entry;
}

/** Whether there is enough to ask the gateway what it thinks of it. */
export const isWholeBudget = ({ id, limit, at }: BudgetDraft): boolean =>
  id.trim() !== "" && limit.trim() !== "" && at.every(({ percent }) => percent.trim() !== "");
export const isWholeRate = (draft: RateDraft, before: Entry | null): boolean =>
  before?.["schedule"] !== undefined || MAXIMA.some((name) => draft[name].trim() !== "");

/** Another choice takes away what means nothing to it. */
export const withPer = <Draft extends { per: string; only: string }>(draft: Draft, per: string): Draft => ({
  ...draft,
  per,
  only: per === "global" ? "" : draft.only,
});
export const isPart = (kind: string): boolean => kind === "reserved" || kind === "burstable";
export const withKind = (draft: BudgetDraft, kind: string): BudgetDraft => ({
  ...draft,
  kind,
  of: isPart(kind) ? draft.of : "",
  burst: kind === "burstable" ? draft.burst : "",
});
export const withWindow = (draft: BudgetDraft, window: string): BudgetDraft => ({
  ...draft,
  window,
  from: window === "total" ? draft.from : "",
});
export const withAct = (threshold: ThresholdDraft, act: string): ThresholdDraft => ({
  ...threshold,
  do: act,
  to: act === "downgrade" ? threshold.to : "",
  wait: act === "ask" ? threshold.wait : "",
});

function thresholdOf(draft: ThresholdDraft): Entry {
  const entry: Entry = { ...draft.written };
  write(entry, draft.written, "percent", draft.percent, Number);
  for (const name of STEP_TEXTS) write(entry, draft.written, name, draft[name], (text) => text);
  return entry;
}

const textsOf = <Name extends string>(entry: Entry, names: readonly Name[]): Record<Name, string> =>
  Object.fromEntries(names.map((name) => [name, textOf(entry[name])])) as Record<Name, string>;

const namesOf = (only: Json | undefined): string => (Array.isArray(only) ? only.map(textOf).join(", ") : textOf(only));

function writeNames(entry: Entry, before: Entry | null, text: string): void {
  if (text === namesOf(before?.["only"])) return;
  const names = text.split(",").flatMap((name) => name.trim() || []);
  if (names.length === 0) delete entry["only"];
  else entry["only"] = names;
}

function write(entry: Entry, before: Entry | null, name: string, text: string, read: (text: string) => Json): void {
  if (text === textOf(before?.[name])) return;
  if (text.trim() === "") delete entry[name];
  else entry[name] = read(text.trim());
}
