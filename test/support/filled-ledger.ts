/** A ledger with exchanges in it, as the gateway writes them, priced by a book of three models. */
import type { ExchangeRecord } from "../../src-gateway/ir/exchange-record.ts";
import { systemClock } from "../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../src-gateway/lib/logger.ts";
import { createPriceBook } from "../../src-gateway/prices/book.ts";
import type { PriceRow } from "../../src-gateway/prices/price-list.ts";
import { priceRecord } from "../../src-gateway/prices/price-record.ts";
import type { PriceBook } from "../../src-gateway/prices/types.ts";
import { createExchangeWriter } from "../../src-gateway/store/exchange-writer.ts";
import type { Store } from "../../src-gateway/store/open-store.ts";
import { completedRecord } from "./exchange-records.ts";

/** By model, what a million tokens of input and of output cost, in micro-USD. */
export type TestPrices = Record<string, { input: number; output: number }>;

export const TEST_PRICES: TestPrices = {
  "claude-sonnet-4-5": { input: 3_000_000, output: 15_000_000 },
  "gpt-5": { input: 1_250_000, output: 10_000_000 },
};

export function bookOf(prices: TestPrices, version = "test prices 1"): PriceBook {
  const row = (provider: string, model: string): PriceRow | null => {
    const found = prices[model];
    if (!found) return null;
    const tiers = [{ aboveTokens: -1, prices: found }];
    const windows = [{ fromMs: null, since: null, secondsOfDay: null, hours: null, tiers }];
    return { provider, model, billing: "metered", note: null, windows };
  };
  const list = {
    source: version,
    listAt: () => null,
    has: (id: string) => id === "anthropic" || id === "openai",
    row,
    rows: () => [],
  };
  const providers = ["anthropic", "openai"].map((id) => ({ id, kind: id, urls: [], billing: "metered" as const }));
  return createPriceBook({ layers: [], lists: [list], providers });
}

/** Closes the exchanges, priced where the book knows a price. @returns them as they were written. */
export async function fillLedger(
  store: Store,
  changes: readonly (Partial<ExchangeRecord> & { id: number })[],
  { instanceId = 1, book = bookOf(TEST_PRICES) }: { instanceId?: number; book?: PriceBook } = {},
): Promise<ExchangeRecord[]> {
  // On a busy machine a thousand rows can take longer than a gateway that stops would wait.
  const patience = { stopPatienceMs: 60_000 };
  const options = { store, instanceId, clock: systemClock, log: silentLogger, spillFile: null, ...patience };
  const writer = createExchangeWriter(options);
  const records = changes.map((each) => {
    const record = completedRecord(each.id, each);
    return { ...record, cost: each.cost === undefined ? priceRecord(book, record) : each.cost };
  });
  for (const record of records) writer.close(record);
  await writer.stop();
  return records;
}
