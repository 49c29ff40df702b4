/** Puts entries at the end of a chain. Its last block grows until it is full. */
import { CompiledQuery, type Kysely } from "kysely";
import { ENTRIES_A_BLOCK, growBlock, headOf, unpackEntries } from "./chain-blocks.ts";
import { type ChainEntry, chainStart } from "./ledger-chain.ts";
import type { DialectName } from "./open-store.ts";
import { ENTRIES_A_TURN, RowTurns } from "./row-turns.ts";
import type { Database } from "./schema.ts";

/** The last block of a chain, or the empty one that would be next. */
export interface ChainEnd {
  firstPlace: number;
  entries: number;
  lastId: number;
  packed: Buffer;
  /** The hash of the chain before this block. */
  before: Buffer;
}

export async function readChainEnd(db: Kysely<Database>, instanceId: number): Promise<ChainEnd> {
  const [last, previous] = await db
    .selectFrom("ledger_blocks")
    .select(["first_place", "entries", "packed", "hash"])
    .where("instance_id", "=", instanceId)
    .orderBy("first_place", "desc")
    .limit(2)
    .execute();
  if (last === undefined || previous === undefined) {
    const single = await readSingleEnd(db, instanceId);
    if (last === undefined) return emptyBlock(single.place + 1, single.hash);
    return toEnd(last, single.hash);
  }
  return toEnd(last, Buffer.from(previous.hash));
}

/** Earlier gateways wrote a row for each entry. */
async function readSingleEnd(db: Kysely<Database>, instanceId: number): Promise<{ place: number; hash: Buffer }> {
  const row = await db
    .selectFrom("ledger_chain")
    .select(["place", "hash"])
    .where("instance_id", "=", instanceId)
    .orderBy("place", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ? { place: row.place, hash: Buffer.from(row.hash) } : { place: 0, hash: chainStart(instanceId) };
}

interface BlockRow {
  first_place: number;
  entries: number;
  packed: Uint8Array;
  hash: Uint8Array;
}

function toEnd(row: BlockRow, before: Buffer): ChainEnd {
  const next = row.first_place + row.entries;
  const lastId = unpackEntries(row.packed)?.at(-1)?.id;
  // Nothing is added to a block that somebody has spoiled.
  if (row.entries >= ENTRIES_A_BLOCK || lastId === undefined) return emptyBlock(next, Buffer.from(row.hash));
  return { firstPlace: row.first_place, entries: row.entries, lastId, packed: Buffer.from(row.packed), before };
}

const emptyBlock = (firstPlace: number, before: Buffer): ChainEnd => ({
  firstPlace,
  entries: 0,
  lastId: 0,
  packed: Buffer.alloc(0),
  before,
});

/**
 * @returns the new end.
 * @throws Error with a code that says "try again" where somebody else has appended to the same chain meanwhile.
 */
export async function appendToChain(
  db: Kysely<Database>,
  dialect: DialectName,
  { instanceId, end }: { instanceId: number; end: ChainEnd },
  entries: readonly ChainEntry[],
): Promise<ChainEnd> {
  let block = end;
  const turns = new RowTurns(ENTRIES_A_TURN);
  for (let at = 0; at < entries.length; ) {
    const chosen = entries.slice(at, at + ENTRIES_A_BLOCK - block.entries);
    at += chosen.length;
    const [grown, hash] = await writeBlock(db, dialect, instanceId, block, chosen);
    block = grown.entries < ENTRIES_A_BLOCK ? grown : emptyBlock(grown.firstPlace + grown.entries, hash);
    if (at < entries.length) await turns.after(chosen.length);
  }
  return block;
}

async function writeBlock(
  db: Kysely<Database>,
  dialect: DialectName,
  instanceId: number,
  block: ChainEnd,
  added: readonly ChainEntry[],
): Promise<[ChainEnd, hash: Buffer]> {
  const packed = growBlock(block.packed, added, block.lastId);
  const lastId = added.at(-1)?.id ?? block.lastId;
  const hash = headOf(block.before, packed);
  const entries = block.entries + added.length;
  const { numAffectedRows } =
    block.entries === 0
      ? await db.executeQuery(CompiledQuery.raw(INSERT[dialect], [instanceId, block.firstPlace, entries, hash, packed]))
      : await db.executeQuery(
          CompiledQuery.raw(UPDATE[dialect], [entries, hash, packed, instanceId, block.firstPlace, block.entries]),
        );
  if (numAffectedRows !== 1n)
    throw Object.assign(new Error("somebody else has appended to the same chain"), { code: SERIALIZATION_FAILURE });
  return [{ firstPlace: block.firstPlace, entries, lastId, packed, before: block.before }, hash];
}

/** As PostgreSQL calls it: nothing was changed, and the same can be tried again. */
const SERIALIZATION_FAILURE = "40001";

const INTO = "insert into ledger_blocks (instance_id, first_place, entries, hash, packed) values";
// The block's key, as a row of the same place is there already where somebody else was quicker.
const INSERT = {
  sqlite: `${INTO} (?, ?, ?, ?, ?) on conflict (instance_id, first_place) do nothing`,
  postgres: `${INTO} ($1, $2, $3, $4, $5) on conflict (instance_id, first_place) do nothing`,
};
const SET = "update ledger_blocks set";
const UPDATE = {
  sqlite: `${SET} entries = ?, hash = ?, packed = ? where instance_id = ? and first_place = ? and entries = ?`,
  postgres: `${SET} entries = $1, hash = $2, packed = $3 where instance_id = $4 and first_place = $5 and entries = $6`,
};
