/** What an exchange cost, from its record. */
import type { ExchangeRecord, RecordedCost } from "../ir/exchange-record.ts";
import type { JsonObject } from "../ir/json.ts";
import { priceIdOf } from "../ir/price-id.ts";
import { inputTotal } from "../ir/usage.ts";
import { costOf } from "./cost.ts";
import type { PriceBook, PriceFacts } from "./types.ts";

/** What of a record its price depends on. */
export type PricedRecord = Pick<
  ExchangeRecord,
  "id" | "provider" | "modelRouted" | "modelServed" | "usage" | "usageSource" | "serviceTier" | "counts"
>;

/** Null where nothing is known to have been used, and where no price is known. */
export function priceRecord(book: PriceBook, record: PricedRecord): RecordedCost | null {
  const facts = factsOf(record);
  if (facts === null) return null;
  const applied = book.find(facts);
  const cost = applied && costOf(record.usage, applied, record.counts ?? {});
  if (applied === null || cost === null) return null;
  return { nano: cost.totalNano, priceId: priceIdOf(applied), price: applied as unknown as JsonObject };
}

/** Null for what no provider has counted. */
function factsOf(record: PricedRecord): PriceFacts | null {
  const { provider, modelRouted, modelServed, usage, usageSource, serviceTier } = record;
  if (provider === null || modelRouted === null || usageSource === "none") return null;
  return {
    provider,
    model: modelRouted,
    modelServed,
    atMs: Math.floor(record.id / 1000),
    inputTokens: inputTotal(usage),
    serviceTier,
  };
}
