/** An exchange record as a row, and back; the one is the other's inverse. */
import type { Insertable, Selectable } from "kysely";
import type { AttemptRecord, ExchangeRecord, Outcome } from "../ir/exchange-record.ts";
import type { Loss } from "../ir/losses.ts";
import type { Surface } from "../ir/protocol.ts";
import type { UsageSource } from "../ir/usage.ts";
import type { ExchangesTable } from "./schema.ts";

export type ExchangeRow = Insertable<ExchangesTable>;

export function toRow(record: ExchangeRecord, instanceId: number): ExchangeRow {
  const { usage } = record;
  return {
    id: record.id,
    instance_id: instanceId,
    user_id: record.userId,
    api_key_id: record.apiKeyId,
    agent: clean(record.agent),
    session: clean(record.session),
    project: clean(record.project),
    surface: record.surface,
    stream: record.stream ? 1 : 0,
    model_asked: clean(record.modelAsked),
    model_routed: clean(record.modelRouted),
    model_served: clean(record.modelServed),
    provider: record.provider,
    attempts: record.attempts.length === 0 ? null : JSON.stringify(record.attempts.map(packAttempt)),
    outcome: record.outcome,
    status: record.status,
    error_code: record.errorCode,
    error_message: clean(record.errorMessage),
    finish_reason: clean(record.finishReason),
    queue_us: record.queueUs,
    first_byte_us: record.firstByteUs,
    first_token_us: record.firstTokenUs,
    total_us: record.totalUs,
    input_uncached: usage.inputUncached,
    cache_read: usage.cacheRead,
    cache_write_5m: usage.cacheWrite5m,
    cache_write_1h: usage.cacheWrite1h,
    output_tokens: usage.output,
    reasoning: usage.reasoning,
    audio_input: usage.audioInput,
    audio_output: usage.audioOutput,
    usage_source: record.usageSource,
    losses: record.losses.length === 0 ? null : JSON.stringify(record.losses),
    bytes_in: record.bytesIn,
    bytes_out: record.bytesOut,
  };
}

export function fromRow(row: Selectable<ExchangesTable>): ExchangeRecord {
  return {
    id: row.id,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    agent: row.agent,
    session: row.session,
    project: row.project,
    surface: row.surface as Surface,
    stream: row.stream === 1,
    modelAsked: row.model_asked,
    modelRouted: row.model_routed,
    modelServed: row.model_served,
    provider: row.provider,
    attempts: row.attempts === null ? [] : (JSON.parse(row.attempts) as PackedAttempt[]).map(unpackAttempt),
    outcome: row.outcome as Outcome,
    status: row.status,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    finishReason: row.finish_reason,
    queueUs: row.queue_us,
    firstByteUs: row.first_byte_us,
    firstTokenUs: row.first_token_us,
    totalUs: row.total_us,
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
    usageSource: row.usage_source as UsageSource,
    losses: row.losses === null ? [] : (JSON.parse(row.losses) as Loss[]),
    bytesIn: row.bytes_in,
    bytesOut: row.bytes_out,
  };
}

/** Text that both databases can store: PostgreSQL takes no NUL, and neither takes half of a surrogate pair. */
const clean = (text: string | null): string | null => text?.replaceAll("\0", "\ufffd").toWellFormed() ?? null;

/** An attempt without the names of its fields, which would be most of its bytes. */
type PackedAttempt = [
  provider: string,
  model: string,
  status: number | null,
  errorCode: string | null,
  reason: string,
  startedUs: number,
  firstByteUs: number | null,
  endedUs: number | null,
];

const packAttempt = (attempt: AttemptRecord): PackedAttempt => [
  attempt.provider,
  attempt.model,
  attempt.status,
  attempt.errorCode,
  attempt.reason,
  attempt.startedUs,
  attempt.firstByteUs,
  attempt.endedUs,
];

function unpackAttempt(packed: PackedAttempt): AttemptRecord {
  const [provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs] = packed;
  return { provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs };
}
