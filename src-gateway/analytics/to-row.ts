import { requestIdOf } from "../ir/exchange-record.ts";
import type { ExchangeRow } from "../store/exchange-rows.ts";
import { unpackAttempts } from "../store/pack-attempts.ts";
import type { CostCorrectionsTable } from "../store/schema.ts";
import type { ColumnName } from "./table.ts";
import type { AnalyticsRow } from "./types.ts";

/** What goes over as it is. */
const COPIED = [
  "user_id",
  "api_key_id",
  "agent",
  "session",
  "project",
  "git_branch",
  "surface",
  "model_asked",
  "model_routed",
  "model_served",
  "provider",
  "service_tier",
  "outcome",
  "status",
  "error_code",
  "finish_reason",
  "runaway",
  "queue_us",
  "first_byte_us",
  "first_token_us",
  "total_us",
  "input_uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output_tokens",
  "reasoning",
  "audio_input",
  "audio_output",
  "usage_source",
  "counts",
  "bytes_in",
  "bytes_out",
  "joined_to",
  "replay_of",
] as const satisfies readonly (keyof ExchangeRow & ColumnName)[];

export const READ_COLUMNS = [
  ...COPIED,
  "id",
  "instance_id",
  "stream",
  "attempt_reason",
  "attempt_ended_us",
  "attempts",
  "price_id",
  "cost_nano",
] as const satisfies readonly (keyof ExchangeRow)[];
export type ReadRow = Pick<ExchangeRow, (typeof READ_COLUMNS)[number]>;

export type Correction = Pick<CostCorrectionsTable, "id" | "price_id" | "cost_nano" | "reason">;

/**
 * The row of an exchange as it is known now. Its version is the newest correction: the same version is the same row,
 * however often and in whatever order it is sent.
 * @param ledger tells the exchanges of several ledgers in one table apart.
 */
export function toRow(
  ledger: string,
  row: ReadRow,
  correction: Correction | null,
): Record<ColumnName, AnalyticsRow[string]> {
  const at = timeOf(row.id);
  const copied = Object.fromEntries(COPIED.map((name) => [name, wellFormed(row[name])])) as Record<
    (typeof COPIED)[number],
    AnalyticsRow[string]
  >;
  return {
    day: at.slice(0, 10),
    id: row.id,
    instance: row.instance_id,
    ledger,
    version: correction?.id ?? 0,
    request_id: requestIdOf(row.id),
    at,
    ...copied,
    stream: row.stream !== 0,
    attempts: attemptsOf(row),
    price_id: correction ? correction.price_id : row.price_id,
    cost_nano: correction ? correction.cost_nano : row.cost_nano,
    cost_closed_nano: row.cost_nano,
    corrected_because: correction ? wellFormed(correction.reason) : null,
  };
}

/** Half a surrogate pair, which clients can send, would be refused with the whole batch, for ever. */
const wellFormed = <Value>(value: Value): Value =>
  typeof value === "string" ? (value.toWellFormed() as Value) : value;

const MS = 1_000;
const SECOND_US = 1_000_000;

/** `2026-11-21 10:32:15.123456`, UTC. */
function timeOf(us: number): string {
  const seconds = new Date(Math.floor(us / MS)).toISOString().slice(0, 19).replace("T", " ");
  return `${seconds}.${String(us % SECOND_US).padStart(6, "0")}`;
}

function attemptsOf(row: ReadRow): number {
  const { provider, model_routed: modelRouted, status, queue_us: queueUs, first_byte_us: firstByteUs } = row;
  return unpackAttempts(row, { provider, modelRouted, status, queueUs, firstByteUs }).length;
}
