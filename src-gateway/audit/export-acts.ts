import type { RecordedAct } from "./types.ts";

export const ACT_EXPORT_TYPES = {
  csv: "text/csv; charset=utf-8",
  jsonl: "application/x-ndjson; charset=utf-8",
} as const;
export type ActExportFormat = keyof typeof ACT_EXPORT_TYPES;

const COLUMNS: readonly [string, (act: RecordedAct) => string | number | null][] = [
  ["id", ({ id }) => id],
  ["time", ({ atUs }) => new Date(atUs / 1000).toISOString()],
  ["action", ({ action }) => action],
  ["target_kind", ({ target }) => target.kind],
  ["target_id", ({ target }) => target.id],
  ["target_name", ({ target }) => target.name],
  ["actor_user_id", ({ actor }) => actor.userId],
  ["actor_email", ({ actor }) => actor.email],
  ["actor_key_id", ({ actor }) => actor.apiKeyId],
  ["via", ({ actor }) => actor.via],
  ["address", ({ address }) => address],
  ["request_id", ({ requestId }) => requestId],
  ["before", ({ before }) => (before === null ? null : JSON.stringify(before))],
  ["after", ({ after }) => (after === null ? null : JSON.stringify(after))],
];

/** Text in pieces, so that a long log never is in memory as a whole. */
export async function* exportActs(acts: AsyncIterable<RecordedAct>, format: ActExportFormat): AsyncIterable<string> {
  if (format === "csv") yield `${COLUMNS.map(([name]) => name).join(",")}\r\n`;
  for await (const act of acts) {
    yield format === "jsonl"
      ? `${JSON.stringify(act)}\n`
      : `${COLUMNS.map(([, read]) => cell(read(act))).join(",")}\r\n`;
  }
}

/** A spreadsheet must not take what somebody has named themselves for a formula. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
