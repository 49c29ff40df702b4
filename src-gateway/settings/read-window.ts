/** `window:` of a budget: `day`, `week`, `month`, `total`, or a span such as `5h` that rolls. */
import { isScalar } from "yaml";
import type { BudgetWindow } from "./budget-types.ts";
import { type Entry, readZone } from "./read-limit-parts.ts";
import { quote } from "./secret-text.ts";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const MIN_ROLLING = 60;
const MAX_ROLLING = 366 * 86_400;
const HINT = "day, week, month, total, or a span that rolls, such as 5h or 30d";

/** Seconds of `90s`, `10m`, `5h` or `30d`. */
export function parseSpan(text: string): number | null {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return unit === "" ? null : Number(count) * (SECONDS[unit] ?? 0);
}

export function readWindow(entry: Entry, standard: BudgetWindow["kind"]): BudgetWindow | null {
  const { reader, members, key } = entry;
  const node = members.get("window");
  const text = node === undefined ? standard : reader.text(node, `${key}.window`)?.toLowerCase();
  const timeZone = readZone(entry);
  const fromMs = readFrom(entry);
  if (members.has("from") && text !== "total")
    reader.refuse(members.get("from"), `${key}.from`, "means nothing to this window", "it belongs to window: total");
  if (text === undefined) return null;
  if (text === "total") return { kind: "total", fromMs: fromMs ?? 0 };
  if (text === "day" || text === "week" || text === "month") return { kind: text, timeZone };
  const seconds = parseSpan(text);
  if (seconds !== null && seconds >= MIN_ROLLING && seconds <= MAX_ROLLING) return { kind: "rolling", seconds };
  reader.refuse(node, `${key}.window`, `${quote(text)} is no window`, seconds === null ? HINT : "1m to 366d");
  return null;
}

/** A day, which begins at midnight UTC. */
function readFrom({ reader, members, key }: Entry): number | null {
  const node = members.get("from");
  if (node === undefined) return null;
  const text =
    isScalar(node) && node.value instanceof Date ? node.value.toISOString() : reader.text(node, `${key}.from`);
  if (text === null) return null;
  const ms = /^\d{4}-\d{2}-\d{2}(?:T00:00:00\.000Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms) && ms >= 0) return ms;
  reader.refuse(node, `${key}.from`, `${quote(text)} is no day`, "such as 2026-11-01");
  return null;
}
