/** What follows from an exchange that was closed: its place in the sums and in the chain, and the prices that it names. */
import type { Kysely } from "kysely";
import type { RecordedCost } from "../ir/exchange-record.ts";
import { appendToChain, type ChainEnd, readChainEnd } from "./append-to-chain.ts";
import type { ExchangeRow } from "./exchange-rows.ts";
import { type ChainEntry, exchangeText } from "./ledger-chain.ts";
import type { DialectName } from "./open-store.ts";
import type { RecordSeries } from "./record-series.ts";
import { GroupSums } from "./rollups.ts";
import { ENTRIES_A_TURN, RowTurns } from "./row-turns.ts";
import type { Database } from "./schema.ts";
import type { PreparedRow } from "./write-rows.ts";

export interface LedgerEntries {
  /** To be called once for each row that is written, inside the transaction that writes it. */
  add(db: Kysely<Database>, rows: readonly PreparedRow[], series?: readonly RecordSeries[]): Promise<void>;
  /** The transaction is through. */
  settle(): void;
  /** The transaction came to nothing. */
  forget(): void;
}

export function createLedgerEntries(dialect: DialectName): LedgerEntries {
  const ends = new Map<number, ChainEnd>();
  const nextEnds = new Map<number, ChainEnd>();
  const knownPrices = new Set<number>();
  const nextPrices = new Set<number>();

  return {
    async add(db, rows, series = []) {
      const closed = rows.filter(({ row }) => row.outcome !== "open" && row.outcome !== "interrupted");
      if (closed.length + series.length === 0) return;
      await addPrices(db, closed, series);
      const sums = new GroupSums();
      const chains = new Map<number, ChainEntry[]>();
      const enter = (row: ExchangeRow): void => {
        sums.count(row);
        let chain = chains.get(row.instance_id);
        if (chain === undefined) chains.set(row.instance_id, (chain = []));
        chain.push({ kind: "exchange", id: row.id, text: exchangeText(row) });
      };
      for (const { row } of closed) enter(row);
      const turns = new RowTurns(ENTRIES_A_TURN);
      for (const each of series) {
        for (let place = 0; place < each.count; place++) enter(each.rowAt(place));
        await turns.after(each.count);
      }
      await sums.write(db, dialect);
      for (const [instanceId, chained] of chains) {
        const end = nextEnds.get(instanceId) ?? ends.get(instanceId) ?? (await readChainEnd(db, instanceId));
        // As they came, whoever they are alike to.
        chained.sort((a, b) => a.id - b.id);
        nextEnds.set(instanceId, await appendToChain(db, dialect, { instanceId, end }, chained));
      }
    },
    settle() {
      for (const [instanceId, end] of nextEnds) ends.set(instanceId, end);
      for (const id of nextPrices) knownPrices.add(id);
      nextEnds.clear();
      nextPrices.clear();
    },
    forget() {
      // Somebody else may have appended to the same chain.
      ends.clear();
      nextEnds.clear();
      nextPrices.clear();
    },
  };

  async function addPrices(
    db: Kysely<Database>,
    rows: readonly PreparedRow[],
    series: readonly RecordSeries[],
  ): Promise<void> {
    const missing = new Map<number, { id: number; price: string; created_at: number }>();
    const look = (cost: RecordedCost | null | undefined, id: number): void => {
      if (!cost?.price || knownPrices.has(cost.priceId) || nextPrices.has(cost.priceId)) return;
      missing.set(cost.priceId, { id: cost.priceId, price: JSON.stringify(cost.price), created_at: id });
    };
    for (const { owned, row } of rows) {
      look(owned.record.cost, row.id);
      for (const { used } of owned.record.attempts) look(used?.cost, row.id);
    }
    for (const each of series) look(each.like.record.cost, each.rowAt(0).id);
    if (missing.size === 0) return;
    await db
      .insertInto("applied_prices")
      .values([...missing.values()])
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    for (const id of missing.keys()) nextPrices.add(id);
  }
}
