/**
 * The chain of the ledger: each closed exchange and each correction is an entry whose hash includes the hash of the entry
 * before it. Whoever changes, removes or adds a row later has to change every entry after it, and signed statements hold
 * hashes that they cannot change. Each run of a gateway has a chain of its own, so that replicas do not wait for each other.
 */
import { createHash } from "node:crypto";
import { CompiledQuery, type Kysely } from "kysely";
import type { ExchangeRow } from "./exchange-rows.ts";
import type { DialectName } from "./open-store.ts";
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

export const exchangeText = (row: ChainedRow): string => JSON.stringify(CHAINED_COLUMNS.map((column) => row[column]));

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
  dialect: DialectName,
  { instanceId, end }: { instanceId: number; end: ChainEnd },
  entries: readonly ChainEntry[],
): Promise<ChainEnd> {
  let { place, hash } = end;
  const rows = entries.map((entry) => {
    place++;
    hash = nextHash(hash, entry);
    return [instanceId, place, ENTRY_KINDS.indexOf(entry.kind), entry.id, hash];
  });
  for (let at = 0; at < rows.length; ) {
    const size = INSERT_SIZES.find((each) => each <= rows.length - at) ?? 1;
    await db.executeQuery(CompiledQuery.raw(insertText(size, dialect), rows.slice(at, at + size).flat()));
    at += size;
  }
  return { place, hash };
}

/** Statements have one of these sizes, so that they are built and prepared once. */
const INSERT_SIZES = [32, 8, 1] as const;
const texts = new Map<string, string>();

function insertText(rows: number, dialect: DialectName): string {
  const name = `${dialect} ${rows}`;
  let text = texts.get(name);
  if (text === undefined) {
    let parameter = 0;
    const place = (): string => (dialect === "postgres" ? `$${++parameter}` : "?");
    const values = Array.from({ length: rows }, () => `(${Array.from({ length: 5 }, place).join(",")})`);
    text = `insert into ledger_chain (instance_id,place,kind,entry_id,hash) values ${values.join(",")}`;
    texts.set(name, text);
  }
  return text;
}
