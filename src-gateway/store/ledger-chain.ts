/**
 * The chain of the ledger: each closed exchange and each correction is an entry, and the hash of a chain is over all entries
 * up to its end. Whoever changes, removes or adds a row later has to change every hash after it, and signed statements hold
 * hashes that they cannot change. Each run of a gateway has a chain of its own, so that replicas do not wait for each other.
 * Entries stand in blocks (`chain-blocks.ts`); those of earlier gateways in rows of their own, each with its hash.
 */
import { createHash } from "node:crypto";
import type { ExchangeRow } from "./exchange-rows.ts";
import type { CostCorrectionsTable } from "./schema.ts";

/** The number stands in databases. */
export const ENTRY_KINDS = ["exchange", "correction"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface ChainEntry {
  kind: EntryKind;
  id: number;
  /** What the entry vouches for, from `exchangeText` or `correctionText`. */
  text: string;
}

/** What a bill is made of. A column that joins later comes at the end, and only where it is not null. */
export const CHAINED_COLUMNS = [
  "id",
  "instance_id",
  "moved_from",
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
  "outcome",
  "status",
  "error_code",
  "finish_reason",
  "attempts",
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
  "price_id",
  "cost_nano",
  "joined_to",
  "bytes_in",
  "bytes_out",
  "service_tier",
  "counts",
] as const satisfies readonly (keyof ExchangeRow)[];
export type ChainedRow = Pick<ExchangeRow, (typeof CHAINED_COLUMNS)[number]>;

/** The values of `CHAINED_COLUMNS`, one by one: by the names in the list it takes twice the time, for every exchange. */
export const exchangeText = (row: ChainedRow): string =>
  JSON.stringify([
    row.id,
    row.instance_id,
    row.moved_from,
    row.user_id,
    row.api_key_id,
    row.agent,
    row.session,
    row.project,
    row.git_branch,
    row.surface,
    row.model_asked,
    row.model_routed,
    row.model_served,
    row.provider,
    row.outcome,
    row.status,
    row.error_code,
    row.finish_reason,
    row.attempts,
    row.first_token_us,
    row.total_us,
    row.input_uncached,
    row.cache_read,
    row.cache_write_5m,
    row.cache_write_1h,
    row.output_tokens,
    row.reasoning,
    row.audio_input,
    row.audio_output,
    row.usage_source,
    row.price_id,
    row.cost_nano,
    row.joined_to,
    row.bytes_in,
    row.bytes_out,
    row.service_tier,
    row.counts,
  ]);

export function correctionText(row: CostCorrectionsTable): string {
  return JSON.stringify([
    row.id,
    row.instance_id,
    row.exchange_id,
    row.price_id,
    row.cost_nano,
    row.delta_nano,
    row.unpriced_delta,
    row.reason,
    row.made_by,
    // Joined later: what was entered before keeps its hash.
    ...(row.attempt_costs === null ? [] : [row.attempt_costs]),
  ]);
}

/** The hash that the first entry of a run follows. */
export const chainStart = (instanceId: number): Buffer =>
  createHash("sha256").update(`tokligence ledger ${instanceId}`).digest();

/** Of an entry that has a row of its own. */
export function nextHash(before: Buffer, { kind, text }: Pick<ChainEntry, "kind" | "text">): Buffer {
  return createHash("sha256").update(before).update(kind).update(text).digest();
}
