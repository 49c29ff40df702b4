/** An exchange record as a row, and back: one is the other's inverse, but for texts and numbers that no database takes. */
import type { Insertable, Selectable } from "kysely";
import type { ExchangeRecord, Outcome } from "../ir/exchange-record.ts";
import type { Loss } from "../ir/losses.ts";
import type { RecordedSurface } from "../ir/protocol.ts";
import type { ExtraCounts, UsageSource } from "../ir/usage.ts";
import { MAX_TOKENS } from "./lean-columns.ts";
import { type AttemptColumns, packAttempts, unpackAttempts } from "./pack-attempts.ts";
import { packPlan, unpackPlan } from "./pack-plan.ts";
import { packPrefix, unpackPrefix } from "./pack-prefix.ts";
import type { ExchangesTable } from "./schema.ts";

export type ExchangeRow = Required<Insertable<ExchangesTable>>;

export function toRow(record: ExchangeRecord, instanceId: number): ExchangeRow {
  const { usage } = record;
  const attempts: AttemptColumns = packAttempts(record.attempts, record);
  const provider = clean(record.provider);
  const modelRouted = clean(record.modelRouted);
  // All members by name: an object that begins with what another one has is given room for them a few at a time.
  return {
    id: record.id,
    instance_id: instanceId,
    moved_from: null,
    user_id: record.userId,
    api_key_id: record.apiKeyId,
    agent: clean(record.agent),
    session: clean(record.session),
    project: clean(record.project),
    surface: record.surface,
    stream: record.stream ? 1 : 0,
    model_asked: clean(record.modelAsked),
    model_routed: modelRouted,
    model_served: clean(record.modelServed),
    provider,
    attempt_reason: attempts.attempt_reason,
    attempt_ended_us: attempts.attempt_ended_us,
    attempts: attempts.attempts,
    outcome: record.outcome,
    status: within(MAX_STATUS, record.status),
    error_code: clean(record.errorCode),
    error_message: clean(record.errorMessage),
    finish_reason: clean(record.finishReason),
    queue_us: whole(record.queueUs),
    first_byte_us: whole(record.firstByteUs),
    first_token_us: whole(record.firstTokenUs),
    total_us: whole(record.totalUs),
    input_uncached: tokens(usage.inputUncached),
    cache_read: tokens(usage.cacheRead),
    cache_write_5m: tokens(usage.cacheWrite5m),
    cache_write_1h: tokens(usage.cacheWrite1h),
    output_tokens: tokens(usage.output),
    reasoning: tokens(usage.reasoning),
    audio_input: tokens(usage.audioInput),
    audio_output: tokens(usage.audioOutput),
    usage_source: record.usageSource,
    losses: record.losses.length === 0 ? null : JSON.stringify(record.losses),
    bytes_in: whole(record.bytesIn),
    bytes_out: whole(record.bytesOut),
    plan: packPlan(record.plan ?? null, { provider, modelRouted, attempts: record.attempts }),
    joined_to: record.joinedTo ?? null,
    replay_of: record.replayOf ?? null,
    prefix: packPrefix(record.prefix ?? null),
    git_branch: clean(record.gitBranch ?? null),
    runaway: clean(record.runaway ?? null),
    service_tier: clean(record.serviceTier ?? null),
    counts: record.counts ? JSON.stringify(record.counts) : null,
    price_id: record.cost?.priceId ?? null,
    cost_nano: record.cost?.nano ?? null,
    own_input: tokens(record.own?.input ?? null),
    own_output: tokens(record.own?.output ?? null),
  };
}

/** Who asked, as `toRow` has it. */
export const toCallerColumns = (record: ExchangeRecord): CallerColumns => ({
  user_id: record.userId,
  api_key_id: record.apiKeyId,
  agent: clean(record.agent),
  session: clean(record.session),
  project: clean(record.project),
  git_branch: clean(record.gitBranch),
  finish_reason: clean(record.finishReason),
});
export type CallerColumns = Pick<
  ExchangeRow,
  "user_id" | "api_key_id" | "agent" | "session" | "project" | "git_branch" | "finish_reason"
>;

export function fromRow(row: Selectable<ExchangesTable>): ExchangeRecord {
  const record: ExchangeRecord = {
    id: row.id,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    agent: row.agent,
    session: row.session,
    project: row.project,
    surface: row.surface as RecordedSurface,
    stream: row.stream === 1,
    modelAsked: row.model_asked,
    modelRouted: row.model_routed,
    modelServed: row.model_served,
    provider: row.provider,
    plan: null,
    attempts: [],
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
    joinedTo: row.joined_to,
    replayOf: row.replay_of,
    prefix: unpackPrefix(row.prefix),
    gitBranch: row.git_branch,
    runaway: row.runaway,
    serviceTier: row.service_tier,
    counts: row.counts === null ? null : (JSON.parse(row.counts) as ExtraCounts),
    cost:
      row.price_id === null || row.cost_nano === null
        ? null
        : { nano: row.cost_nano, priceId: row.price_id, price: null },
    own: row.own_input === null || row.own_output === null ? null : { input: row.own_input, output: row.own_output },
  };
  record.attempts = unpackAttempts(row, record);
  record.plan = unpackPlan(row.plan, record);
  return record;
}

/**
 * Text that both databases can store: PostgreSQL takes no NUL, and neither takes half of a surrogate pair. Clients choose
 * some of these texts, and a name of a megabyte must not cost the exchange its row: an index entry has to fit a page.
 */
const MAX_TEXT = 500;
const NUL = "\0";
function clean(text: string): string;
function clean(text: string | null): string | null;
function clean(text: string | null): string | null {
  if (text === null) return null;
  const short = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  return (short.includes(NUL) ? short.replaceAll(NUL, "\ufffd") : short).toWellFormed();
}

/** Providers report the counts; what is no whole number must not cost the exchange its row either. */
function whole(value: number): number;
function whole(value: number | null): number | null;
function whole(value: number | null): number | null {
  if (value === null || Number.isSafeInteger(value)) return value;
  return Number.isFinite(value) ? Math.max(-MAX_COUNT, Math.min(MAX_COUNT, Math.round(value))) : 0;
}
const MAX_COUNT = 2 ** 40;

function tokens(value: number): number;
function tokens(value: number | null): number | null;
function tokens(value: number | null): number | null {
  return within(MAX_TOKENS, value);
}

/** As far as the column goes. */
function within(max: number, value: number | null): number | null {
  const count = whole(value);
  return count === null ? null : Math.max(-max, Math.min(max, count));
}
const MAX_STATUS = 2 ** 15 - 1;
