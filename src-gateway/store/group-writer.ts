/** Puts a group of records into the database, and finds the one that spoils it. */
import type { Kysely } from "kysely";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { isRowAtFault, isTransient } from "./database-errors.ts";
import { type ExchangeRow, toRow } from "./exchange-rows.ts";
import { createLedgerEntries } from "./ledger-entries.ts";
import type { Store } from "./open-store.ts";
import type { Database } from "./schema.ts";
import { createUpsert } from "./upsert-exchanges.ts";

/** A record and the run that it belongs to, which need not be the one that writes it. */
export interface OwnedRecord {
  instanceId: number;
  record: ExchangeRecord;
}

export interface GroupWriter {
  /**
   * @param settled called for each record that is in the database or was put aside for good.
   * @throws the database's error when it cannot be used now. What was not settled has to be written again; that the
   *   first try may have succeeded after all does no harm.
   */
  write(group: OwnedRecord[], settled: (record: ExchangeRecord) => void): Promise<void>;
}

export interface PreparedRow {
  owned: OwnedRecord;
  row: ExchangeRow;
}

interface Refusal {
  owned: OwnedRecord;
  error: unknown;
}

/** @param putAside takes a record that no database of this schema will ever accept. */
export function createGroupWriter(
  store: Store,
  putAside: (owned: OwnedRecord, error: unknown) => Promise<void>,
): GroupWriter {
  const upsert = createUpsert(store.dialect);
  const entries = createLedgerEntries(store.dialect);

  return {
    async write(group, settled) {
      const { rows, refusals } = prepare(group);
      const written: PreparedRow[] = [];
      refusals.push(...(await bisect(rows, written)));
      for (const { owned } of written) settled(owned.record);
      // An error of a kind we do not know: if others were accepted, it is this record; if none was, it is the database.
      const mayBlame = written.length > 0;
      let unexplained: Error | null = null;
      for (const { owned, error } of refusals) {
        if (mayBlame || isRowAtFault(error)) {
          await putAside(owned, error);
          settled(owned.record);
        } else {
          unexplained = error instanceof Error ? error : new Error(String(error));
        }
      }
      if (unexplained !== null) throw unexplained;
    },
  };

  async function bisect(rows: PreparedRow[], written: PreparedRow[]): Promise<Refusal[]> {
    const [first] = rows;
    if (!first) return [];
    try {
      await writeTogether(rows);
      written.push(...rows);
      return [];
    } catch (error) {
      if (isTransient(error)) throw error;
      if (rows.length === 1) return [{ owned: first.owned, error }];
    }
    const middle = Math.ceil(rows.length / 2);
    return [...(await bisect(rows.slice(0, middle), written)), ...(await bisect(rows.slice(middle), written))];
  }

  /** The rows, what follows from them, and nothing of it when something fails. */
  async function writeTogether(rows: PreparedRow[]): Promise<void> {
    try {
      await store.db.transaction().execute(async (db) => {
        await entries.add(db, await upsertAll(db, rows));
      });
    } catch (error) {
      entries.forget();
      throw error;
    }
    entries.settle();
  }

  /** @returns those that were written now. */
  async function upsertAll(db: Kysely<Database>, rows: PreparedRow[]): Promise<PreparedRow[]> {
    const written: PreparedRow[] = [];
    let left = rows;
    while (left.length > 0) {
      const ids = await upsert(
        db,
        left.map(({ row }) => row),
      );
      written.push(...left.filter(({ row }) => ids.has(row.id)));
      if (ids.size === left.length) break;
      left = await moveFromTakenIds(db, left);
    }
    return written;
  }

  /** Another replica had a request in the same microsecond: ours goes to the next id. The others were closed before. */
  async function moveFromTakenIds(db: Kysely<Database>, rows: PreparedRow[]): Promise<PreparedRow[]> {
    const ids = rows.map(({ row }) => row.id);
    const found = await db
      .selectFrom("exchanges")
      .select(["id", "instance_id", "moved_from"])
      .where("id", "in", ids)
      .execute();
    const holders = new Map(found.map((row) => [row.id, row]));
    const isTaken = ({ row, owned }: PreparedRow): boolean => {
      const holder = holders.get(row.id);
      return (
        holder !== undefined &&
        (holder.instance_id !== row.instance_id || (holder.moved_from ?? holder.id) !== owned.record.id)
      );
    };
    return rows
      .filter(isTaken)
      .map(({ owned, row }) => ({ owned, row: { ...row, id: row.id + 1, moved_from: owned.record.id } }));
  }
}

/** The rows, one per record: a statement may not name the same row twice. */
function prepare(group: OwnedRecord[]): { rows: PreparedRow[]; refusals: Refusal[] } {
  const latest = new Map<string, PreparedRow>();
  const refusals: Refusal[] = [];
  for (const owned of group) {
    const key = `${owned.instanceId}:${owned.record.id}`;
    try {
      const before = latest.get(key);
      const row = toRow(owned.record, owned.instanceId);
      if (before === undefined || before.row.outcome === "open") latest.set(key, { owned, row });
    } catch (error) {
      refusals.push({ owned, error });
    }
  }
  return { rows: [...latest.values()], refusals };
}
