/** Pages of the ledger put together to what is sent at once. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Store } from "../store/open-store.ts";
import { type ChainLength, isChain, readLedgerPage } from "./read-ledger.ts";
import type { AnalyticsRow } from "./types.ts";

export interface BatchSizes {
  /** Entries that are read at once: SQLite works in the thread that serves requests. */
  pageEntries: number;
  /** Rows that are sent at once, or a page more: ClickHouse wants few inserts, and memory holds one of them. */
  batchRows: number;
}

export interface Batch {
  rows: AnalyticsRow[];
  /** Entries of chains. */
  entries: number;
  /** Exchanges that entries name and that are not there. */
  missing: number;
  /** Up to where it reaches in which chains. */
  places: Map<number, number>;
}

const STANDARD: BatchSizes = { pageEntries: 200, batchRows: 5_000 };

const emptyBatch = (): Batch => ({ rows: [], entries: 0, missing: 0, places: new Map() });

export async function* readBatches(
  store: Store,
  ledger: string,
  { places, chains }: { places: ReadonlyMap<number, number>; chains: readonly ChainLength[] },
  { pageEntries, batchRows }: BatchSizes = STANDARD,
): AsyncGenerator<Batch> {
  let batch = emptyBatch();
  for (const chain of chains) {
    for (let place = places.get(chain.instanceId) ?? 0; place < chain.end; ) {
      const page = await readLedgerPage(store, ledger, chain, place, pageEntries);
      if (page === null) break;
      place = page.place;
      batch.places.set(chain.instanceId, place);
      batch.rows.push(...page.rows);
      if (isChain(chain.instanceId)) batch.entries += page.entries;
      batch.missing += page.missing;
      if (batch.rows.length >= batchRows) {
        yield batch;
        batch = emptyBatch();
      }
      await nextTurn();
    }
  }
  if (batch.places.size > 0) yield batch;
}
