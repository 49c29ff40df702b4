/** What follows from exchanges: prices, corrections, sums and the chain. */
import type { ColumnType } from "kysely";
import type { DaySum } from "./rollup-columns.ts";

/** Unit prices as they were applied to exchanges. The id follows from the content, so replicas agree on it. */
export interface AppliedPricesTable {
  id: ColumnType<number, number, never>;
  /** JSON. */
  price: string;
  created_at: number;
}

/** A later, better knowledge of what an exchange cost. Rows are only ever added. */
export interface CostCorrectionsTable {
  /** Microseconds since 1970, unique. */
  id: number;
  instance_id: number;
  exchange_id: number;
  price_id: number | null;
  /** What it costs now. */
  cost_nano: number | null;
  /** To be added to what was known before. */
  delta_nano: number;
  /** -1 where a price was found, 1 where one was lost, else 0. */
  unpriced_delta: number;
  reason: string;
  made_by: string;
  /** JSON, `[place, priceId, costNano][]`: failed attempts whose cost is part of `cost_nano`; null where there is none. */
  attempt_costs: string | null;
}

/** See rollups.ts. */
type SumColumns = Record<DaySum, number>;
interface UsageSumsTable extends SumColumns {
  scope: number;
  dimension: number;
  value: string;
}
export interface UsageHoursTable extends UsageSumsTable {
  /** Hours since 1970. */
  hour: number;
}
export interface UsageDaysTable extends UsageSumsTable {
  /** Days since 1970, UTC. */
  day: number;
}

/** How many exchanges of a day took how long. */
export interface LatencyDaysTable {
  dimension: number;
  value: string;
  metric: number;
  day: number;
  bucket: number;
  count: number;
}

/** See chain-blocks.ts. */
export interface LedgerBlocksTable {
  instance_id: number;
  first_place: number;
  entries: number;
  /** Of the chain up to the last of these entries. */
  hash: Uint8Array;
  packed: Uint8Array;
}

/** Entries that earlier gateways wrote, see ledger-chain.ts. */
export interface LedgerChainTable {
  instance_id: number;
  place: number;
  kind: number;
  entry_id: number;
  hash: Uint8Array;
}

/** Which entry of an earlier gateway's ledger became which exchange. */
export interface ImportedEntriesTable {
  entry: string;
  exchange_id: number;
}
