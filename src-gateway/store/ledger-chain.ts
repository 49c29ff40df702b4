/**
 * The chain of the ledger: each closed exchange and each correction is an entry whose hash includes the hash of the entry
 * before it. Whoever changes, removes or adds a row later has to change every entry after it, and signed statements hold
 * hashes that they cannot change. Each run of a gateway has a chain of its own, so that replicas do not wait for each other.
 */
import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { ExchangeRow } from "./exchange-rows.ts";
import type { CostCorrectionsTable, Database } from "./schema.ts";

/** The number stands in databases. */
export const ENTRY_KINDS = ["exchange", "correction"] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface ChainEnd {
  place: number;
  hash: Buffer;
}

export interface ChainEntry {
  kind: EntryKind;
  id: number;
  /** What the entry vouches for, from `exchangeText` or `correctionText`. */
  text: string;
}

/** What a bill is made of. A column that joins later comes at the end, and only where it is not null. */
export function exchangeText(row: Omit<ExchangeRow, "plan" | "prefix">): string {
  return JSON.stringify([
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
  ]);
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
  ]);
}

/** What the first entry of a run follows. */
export function chainStart(instanceId: number): ChainEnd {
  return { place: 0, hash: createHash("sha256").update(`tokligence ledger ${instanceId}`).digest() };
}

export function nextHash(before: Buffer, { kind, text }: Pick<ChainEntry, "kind" | "text">): Buffer {
  return createHash("sha256").update(before).update(kind).update(text).digest();
}

export async function readChainEnd(db: Kysely<Database>, instanceId: number): Promise<ChainEnd> {
  const row = await db
    .selectFrom("ledger_chain")
    .select(["place", "hash"])
    .where("instance_id", "=", instanceId)
    .orderBy("place", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ? { place: row.place, hash: Buffer.from(row.hash) } : chainStart(instanceId);
}

/** @returns the new end. Of two that append to one chain at once, the second fails on the primary key. */
export async function appendToChain(
  db: Kysely<Database>,
  instanceId: number,
  end: ChainEnd,
  entries: readonly ChainEntry[],
): Promise<ChainEnd> {
  let { place, hash } = end;
  const rows = entries.map((entry) => {
    place++;
    hash = nextHash(hash, entry);
    return { instance_id: instanceId, place, kind: ENTRY_KINDS.indexOf(entry.kind), entry_id: entry.id, hash };
  });
  if (rows.length > 0) await db.insertInto("ledger_chain").values(rows).execute();
  return { place, hash };
}
