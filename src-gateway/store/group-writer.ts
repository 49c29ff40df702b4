/** Puts a group of records into the database, and finds the one that spoils it. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { isRowAtFault, isTransient } from "./database-errors.ts";
import { toRow } from "./exchange-rows.ts";
import type { Store } from "./open-store.ts";
import type { RecordSeries } from "./record-series.ts";
import { createRowWriter, type PreparedRow } from "./write-rows.ts";

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
  /**
   * All of it, on SQLite alone.
   * @throws the database's error, or that of what cannot be written so; then nothing was written.
   */
  writeWithSeries(group: OwnedRecord[], series: readonly RecordSeries[]): Promise<void>;
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
  const writeRows = createRowWriter(store);

  return {
    async writeWithSeries(group, series) {
      const { rows, refusals } = prepare(group);
      const [refusal] = refusals;
      if (refusal !== undefined) throw refusal.error;
      await writeRows(rows, series);
    },
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
      await writeRows(rows);
      written.push(...rows);
      return [];
    } catch (error) {
      if (isTransient(error)) throw error;
      if (rows.length === 1) return [{ owned: first.owned, error }];
    }
    const middle = Math.ceil(rows.length / 2);
    return [...(await bisect(rows.slice(0, middle), written)), ...(await bisect(rows.slice(middle), written))];
  }
}

/** The rows, one per record: a statement may not name the same row twice. */
function prepare(group: OwnedRecord[]): { rows: PreparedRow[]; refusals: Refusal[] } {
  const refusals: Refusal[] = [];
  const prepared: PreparedRow[] = [];
  for (const owned of group) {
    try {
      prepared.push({ owned, row: toRow(owned.record, owned.instanceId) });
    } catch (error) {
      refusals.push({ owned, error });
    }
  }
  return { rows: isEachLater(prepared) ? prepared : latestOf(prepared), refusals };
}

/** As nearly always; then no two are the same. */
const isEachLater = (rows: readonly PreparedRow[]): boolean =>
  rows.every(({ row }, at) => at === 0 || row.id > (rows[at - 1]?.row.id ?? 0));

/** One for each id, which says it all but where two runs had a request in the same microsecond. */
function latestOf(rows: readonly PreparedRow[]): PreparedRow[] {
  const latest = new Map<number | string, PreparedRow>();
  for (const each of rows) {
    const { instanceId, record } = each.owned;
    const holder = latest.get(record.id);
    const key =
      holder === undefined || holder.owned.instanceId === instanceId ? record.id : `${instanceId}:${record.id}`;
    const before = latest.get(key);
    if (before === undefined || before.row.outcome === "open") latest.set(key, each);
  }
  return [...latest.values()];
}
