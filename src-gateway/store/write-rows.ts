/** One transaction for a group of exchanges: the rows themselves, and what follows from those that are closed. */
import type { Kysely } from "kysely";
import type { ExchangeRow } from "./exchange-rows.ts";
import type { OwnedRecord } from "./group-writer.ts";
import { createLedgerEntries } from "./ledger-entries.ts";
import { createNames } from "./names.ts";
import type { Store } from "./open-store.ts";
import type { RecordSeries } from "./record-series.ts";
import type { Database } from "./schema.ts";
import { callerTexts, createUpsert, namedTexts } from "./upsert-exchanges.ts";

export interface PreparedRow {
  owned: OwnedRecord;
  row: ExchangeRow;
}

/**
 * @param series on SQLite alone.
 * @throws the database's error, or that some of a series stayed as they were, which rows of their own have to find out; then
 *   nothing was written.
 */
export type RowWriter = (rows: PreparedRow[], series?: readonly RecordSeries[]) => Promise<void>;

export function createRowWriter(store: Store): RowWriter {
  const upsert = createUpsert(store.dialect);
  const entries = createLedgerEntries(store.dialect);
  const names = createNames();
  const transaction = store.transaction ?? ((work) => store.db.transaction().execute(work));

  /** The rows, what follows from them, and nothing of it when something fails. */
  return async (rows, series = []) => {
    try {
      await transaction(async (db) => {
        const written = await upsertAll(db, rows);
        for (const each of series) await upsertSeries(db, each);
        await entries.add(db, written, series);
      });
    } catch (error) {
      entries.forget();
      names.forget();
      throw error;
    }
    entries.settle();
    names.settle();
  };

  /** @returns those that were written now. */
  async function upsertAll(db: Kysely<Database>, rows: PreparedRow[]): Promise<PreparedRow[]> {
    const written: PreparedRow[] = [];
    const numbers = await names.numbersOf(db, namedTexts(rows.map(({ row }) => row)));
    let left = rows;
    while (left.length > 0) {
      const ids = await upsert.rows(
        db,
        left.map(({ row }) => row),
        numbers,
      );
      if (ids.length === left.length) {
        written.push(...left);
        break;
      }
      const found = new Set(ids);
      written.push(...left.filter(({ row }) => found.has(row.id)));
      left = await moveFromTakenIds(db, left);
    }
    return written;
  }

  async function upsertSeries(db: Kysely<Database>, series: RecordSeries): Promise<void> {
    const numbers = await names.numbersOf(db, [...namedTexts([series.rowAt(0)]), ...callerTexts(series.callerColumns)]);
    if (!(await upsert.series(db, series, numbers))) throw new Error("the ledger has some of a series already");
  }

  /** Another replica had a request in the same microsecond: ours goes to the next id. The others were closed before. */
  async function moveFromTakenIds(db: Kysely<Database>, rows: PreparedRow[]): Promise<PreparedRow[]> {
    const ids = rows.map(({ row }) => row.id);
    const found = await db
      .selectFrom("exchange_rows")
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
