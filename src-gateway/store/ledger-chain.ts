/**
 * The chain of the ledger: each closed exchange and each correction is an entry, and the hash of a chain is over all entries
 * up to its end. Whoever changes, removes or adds a row later has to change every hash after it, and signed statements hold
 * hashes that they cannot change. Each run of a gateway has a chain of its own, so that replicas do not wait for each other.
 * Entries stand in blocks (`chain-blocks.ts`); those of earlier gateways in rows of their own, each with its hash.
 */
import { createHash } from "node:crypto";
import { LastText, numberText } from "../lib/last-text.ts";
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

const caller = new LastText();
const asked = new LastText();
const ended = new LastText();
const cached = new LastText();
const price = new LastText();
const seldom = new LastText();

/** The values of `CHAINED_COLUMNS` in their order, as `JSON.stringify` writes a list. */
export function exchangeText(row: ChainedRow): string {
  const { instance_id, moved_from, user_id, api_key_id, agent, session, project, git_branch, surface } = row;
  const { model_asked, model_routed, model_served, provider, outcome, status, error_code, finish_reason } = row;
  const { attempts, reasoning, audio_input, audio_output, usage_source, price_id, service_tier, counts } = row;
  return (
    `[${row.id}` +
    caller.of([instance_id, moved_from, user_id, api_key_id, agent, session, project, git_branch, surface]) +
    asked.of([model_asked, model_routed, model_served, provider]) +
    ended.of([outcome, status, error_code, finish_reason, attempts]) +
    (numberText(row.first_token_us) + numberText(row.total_us)) +
    numberText(row.input_uncached) +
    cached.of([row.cache_read, row.cache_write_5m, row.cache_write_1h]) +
    numberText(row.output_tokens) +
    price.of([reasoning, audio_input, audio_output, usage_source, price_id]) +
    numberText(row.cost_nano) +
    numberText(row.joined_to) +
    (numberText(row.bytes_in) + numberText(row.bytes_out)) +
    seldom.of([service_tier, counts]) +
    "]"
  );
}

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
