/** What stands in the chains: entries of one row each, as earlier gateways wrote them, and after them those in blocks. */
import { type Kysely, sql } from "kysely";
import { ENTRIES_A_BLOCK, unpackEntries } from "./chain-blocks.ts";
import { ENTRY_KINDS, type EntryKind } from "./ledger-chain.ts";
import type { Database } from "./schema.ts";

export interface PlacedEntry {
  place: number;
  kind: EntryKind;
  id: number;
}

export interface BlockRow {
  first_place: number;
  entries: number;
  hash: Uint8Array;
  packed: Uint8Array;
}

/** The next entries behind a place, in order. None is there where the chain ends. */
export async function readEntries(
  db: Kysely<Database>,
  instanceId: number,
  after: number,
  limit: number,
): Promise<PlacedEntry[]> {
  const { rows } = await sql<{ place: number; kind: number; entry_id: number }>`
    select place, kind, entry_id from ledger_chain
    where instance_id = ${instanceId} and place > ${after} order by place limit ${sql.lit(limit)}`.execute(db);
  if (rows.length > 0)
    return rows.flatMap(({ place, kind, entry_id: id }) => {
      const known = ENTRY_KINDS[kind];
      return known === undefined ? [] : [{ place, kind: known, id }];
    });
  // Of the first one, only the end may be wanted.
  const blocks = await readBlocks(db, instanceId, after, Math.ceil(limit / ENTRIES_A_BLOCK) + 1);
  return blocks
    .flatMap(entriesOf)
    .filter(({ place }) => place > after)
    .slice(0, limit);
}

/** None where somebody has spoiled them. */
const entriesOf = ({ first_place, packed }: BlockRow): PlacedEntry[] =>
  (unpackEntries(packed) ?? []).map(({ kind, id }, n) => ({ place: first_place + n, kind, id }));

/** Those that reach beyond a place, in order. */
export async function readBlocks(
  db: Kysely<Database>,
  instanceId: number,
  after: number,
  limit: number,
): Promise<BlockRow[]> {
  const { rows } = await sql<BlockRow>`
    select first_place, entries, hash, packed from ledger_blocks
    where instance_id = ${instanceId} and first_place > ${after - ENTRIES_A_BLOCK} and first_place + entries > ${after + 1}
    order by first_place limit ${sql.lit(limit)}`.execute(db);
  return rows;
}

export interface ChainLast {
  instance_id: number;
  place: number;
  hash: Uint8Array;
}

/** The last entry of each chain, by the number of its run. */
export async function readChainLasts(db: Kysely<Database>): Promise<ChainLast[]> {
  const { rows: singles } = await sql<ChainLast>`
    select c.instance_id, c.place, c.hash from ledger_chain c
    join (select instance_id, max(place) as place from ledger_chain group by instance_id) ends
      on ends.instance_id = c.instance_id and ends.place = c.place`.execute(db);
  const { rows: blocks } = await sql<ChainLast>`
    select b.instance_id, b.first_place + b.entries - 1 as place, b.hash from ledger_blocks b
    join (select instance_id, max(first_place) as place from ledger_blocks group by instance_id) ends
      on ends.instance_id = b.instance_id and ends.place = b.first_place`.execute(db);
  const lasts = new Map<number, ChainLast>();
  for (const last of [...singles, ...blocks]) {
    const known = lasts.get(last.instance_id);
    if (known === undefined || known.place < last.place) lasts.set(last.instance_id, last);
  }
  return [...lasts.values()].sort((a, b) => a.instance_id - b.instance_id);
}

/** Of all runs that have a chain. There are few, so each is jumped to through the key; reading all rows would take long. */
export async function readRunIds(db: Kysely<Database>): Promise<number[]> {
  const ids = new Set<number>();
  for (const table of ["ledger_chain", "ledger_blocks"] as const) {
    const { rows } = await sql<{ id: number }>`
      with recursive ids (id) as (
        select min(instance_id) from ${sql.table(table)}
        union all
        select (select min(instance_id) from ${sql.table(table)} where instance_id > ids.id) from ids where ids.id is not null
      ) select id from ids where id is not null`.execute(db);
    for (const { id } of rows) ids.add(id);
  }
  return [...ids];
}

/** In all chains together. */
export async function countEntries(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from ledger_chain) + (select coalesce(sum(entries), 0) from ledger_blocks) as n`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}
