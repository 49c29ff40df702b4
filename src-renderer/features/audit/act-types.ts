import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";

export type Act = ReplyOf<"listActs">["items"][number];

export const FILTER_KEYS = ["actor", "action", "targetKind", "targetId", "from", "to"] as const;
export type ActFilter = Partial<Record<(typeof FILTER_KEYS)[number], string>>;

const DAY_MS = 86_400_000;

/** As the gateway asks for it; days are whole, in the time of the one who asks. */
export function queryOf({ from, to, ...rest }: ActFilter): Record<string, string | number> {
  const fromMs = from === undefined ? Number.NaN : new Date(`${from}T00:00`).getTime();
  const toMs = to === undefined ? Number.NaN : new Date(`${to}T00:00`).getTime();
  return {
    ...rest,
    ...(Number.isNaN(fromMs) ? {} : { fromUs: fromMs * 1_000 }),
    // A day of the change of clocks is longer or shorter: the next day begins where its date does.
    ...(Number.isNaN(toMs) ? {} : { toUs: new Date(toMs + 1.5 * DAY_MS).setHours(0, 0, 0, 0) * 1_000 }),
  };
}

/** One thing that an act changed. */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

/** What is different between two values, field by field: `limits.budget.limit`, `scopes`. */
export function changesOf(before: unknown, after: unknown): FieldChange[] {
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? null, after: now.get(field) ?? null }))
    .filter((change) => change.before !== change.after);
}

function flat(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [name, below] of Object.entries(value)) flat(below, path === "" ? name : `${path}.${name}`, into);
  } else if (value !== null && value !== undefined) {
    into.set(path, typeof value === "string" ? value : JSON.stringify(value));
  }
  return into;
}
