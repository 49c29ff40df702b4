/**
 * What other gateways on the same database have recorded, found by the chain that each of them writes: entries of it have
 * places one after the other in the order in which exchanges were written, which ids (moments of arrival) have not.
 */
import type { Selectable } from "kysely";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { unpackEntries } from "../store/chain-blocks.ts";
import { fromRow } from "../store/exchange-rows.ts";
import type { LedgerBlocksTable } from "../store/ledger-tables.ts";
import { withTexts } from "../store/named-rows.ts";
import type { Store } from "../store/open-store.ts";

/** Of one gateway in one look: whoever ends more has more than anybody watches. */
const BLOCKS_A_LOOK = 10;

export interface EndedElsewhere {
  /** Closed since the last call, each once; nothing the first time. */
  next(): Promise<ExchangeRecord[]>;
}

type Block = Pick<Selectable<LedgerBlocksTable>, "instance_id" | "first_place" | "entries" | "packed">;

/** How far a chain was read. */
interface Read {
  /** Of the block that may have grown. */
  firstPlace: number;
  /** In it. */
  entries: number;
}

/** @param ownRunId of this gateway, in the table of instances. */
export function createEndedElsewhere({ db }: Pick<Store, "db">, ownRunId: number): EndedElsewhere {
  let read: Map<number, Read> | null = null;

  return {
    async next() {
      const running = await otherRuns();
      if (read === null) {
        read = new Map(await Promise.all(running.map(async (id) => [id, await endOf(id)] as const)));
        return [];
      }
      // One that has begun since then is read from its beginning, one that has ended a last time.
      for (const id of running) if (!read.has(id)) read.set(id, { firstPlace: 0, entries: 0 });
      const ids = (await Promise.all(Array.from(read, ([id, from]) => newIds(id, from)))).flat();
      for (const id of read.keys()) if (!running.includes(id)) read.delete(id);
      return await recordsOf(ids);
    },
  };

  async function otherRuns(): Promise<number[]> {
    const rows = await db
      .selectFrom("instances")
      .select("id")
      .where("stopped_at", "is", null)
      .where("id", "<>", ownRunId)
      .execute();
    return rows.map(({ id }) => id);
  }

  async function endOf(instanceId: number): Promise<Read> {
    const [last] = await newestBlocks(instanceId, 0, 1);
    return last === undefined ? { firstPlace: 0, entries: 0 } : { firstPlace: last.first_place, entries: last.entries };
  }

  /** Of exchanges that were closed behind this place, which is moved on. */
  async function newIds(instanceId: number, from: Read): Promise<number[]> {
    const blocks = await newestBlocks(instanceId, from.firstPlace, BLOCKS_A_LOOK);
    const ids: number[] = [];
    for (const { first_place, entries, packed } of blocks.toReversed()) {
      const known = first_place === from.firstPlace ? from.entries : 0;
      const added = unpackEntries(packed)?.slice(known) ?? [];
      for (const { kind, id } of added) if (kind === "exchange") ids.push(id);
      from.firstPlace = first_place;
      from.entries = entries;
    }
    return ids;
  }

  function newestBlocks(instanceId: number, fromPlace: number, limit: number): Promise<Block[]> {
    return db
      .selectFrom("ledger_blocks")
      .select(["instance_id", "first_place", "entries", "packed"])
      .where("instance_id", "=", instanceId)
      .where("first_place", ">=", fromPlace)
      .orderBy("first_place", "desc")
      .limit(limit)
      .execute();
  }

  async function recordsOf(ids: readonly number[]): Promise<ExchangeRecord[]> {
    if (ids.length === 0) return [];
    const rows = await db.selectFrom("exchange_numbers").selectAll().where("id", "in", ids).orderBy("id").execute();
    return (await withTexts(db, rows)).map(fromRow);
  }
}
