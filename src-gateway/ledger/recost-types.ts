/** What a re-costing is asked, what it is given, and what it tells. Money in nano-USD, times in microseconds since 1970. */
import type { Usage } from "../ir/usage.ts";
import type { Clock } from "../lib/clock.ts";
import type { AppliedPrice, Cost, ExtraCounts, PriceBook } from "../prices/types.ts";
import type { Store } from "../store/open-store.ts";

export interface RecostQuery {
  fromUs?: number;
  toUs?: number;
  provider?: string;
  /** As it was sent to the provider. */
  model?: string;
}

export interface RecostOptions {
  /** False only says what would change. */
  apply: boolean;
  reason: string;
  by: string;
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

export interface RecostSum {
  provider: string;
  model: string;
  changed: number;
  wasNano: number;
  isNano: number;
  nowPriced: number;
}

export interface RecostReport {
  applied: boolean;
  priceVersion: string;
  looked: number;
  changed: number;
  deltaNano: number;
  /** Of the changed ones: had no price, and have one now. */
  nowPriced: number;
  /** Stay unpriced. */
  stillUnpriced: number;
  /** Keep the price that they have, as the book knows none for them now. */
  priceGone: number;
  sums: RecostSum[];
}

export interface RecostDeps {
  store: Store;
  clock: Clock;
  book: PriceBook;
  /** Null when something was used that has no price. */
  costOf: (usage: Usage, price: AppliedPrice, counts?: ExtraCounts) => Cost | null;
}
