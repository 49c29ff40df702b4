/** What an exchange cost, from its record. */
import type { AttemptRecord, ExchangeRecord, RecordedCost } from "../ir/exchange-record.ts";
import type { JsonObject } from "../ir/json.ts";
import { priceIdOf } from "../ir/price-id.ts";
import { inputTotal } from "../ir/usage.ts";
import { costOf } from "./cost.ts";
import type { PriceBook, PriceFacts } from "./types.ts";

/** What a price depends on. */
export type PricedUse = Pick<
  ExchangeRecord,
  "id" | "provider" | "modelRouted" | "modelServed" | "usage" | "usageSource" | "serviceTier" | "counts"
>;
export type PricedRecord = PricedUse & Partial<Pick<ExchangeRecord, "attempts">>;

/**
 * With what its failed attempts cost. Null where nothing is known to have been used, and where a part of it has no price.
 */
export function priceRecord(book: PriceBook, record: PricedRecord): RecordedCost | null {
  let sum = record.usageSource === "none" ? undefined : priceUse(book, record);
  for (const { used } of priceAttempts(book, record)) {
    if (used !== undefined) sum = sum === undefined ? used.cost : sumOf(sum, used.cost);
  }
  return sum ?? null;
}

/** The attempts with what each of those has cost that failed after they had used something. */
export function priceAttempts(
  book: PriceBook,
  { id, attempts = [] }: Pick<PricedRecord, "id" | "attempts">,
): AttemptRecord[] {
  if (attempts.every(({ used }) => used === undefined)) return attempts;
  return attempts.map((attempt) => {
    if (attempt.used === undefined) return attempt;
    const { provider, model: modelRouted, used } = attempt;
    const { usage, modelServed, serviceTier, counts } = used;
    const use = {
      id,
      provider,
      modelRouted,
      modelServed,
      usage,
      usageSource: "provider",
      serviceTier,
      counts,
    } as const;
    return { ...attempt, used: { ...used, cost: priceUse(book, use) } };
  });
}

/** The prices are those of the first. Null where one of them is not known. */
const sumOf = (first: RecordedCost | null, next: RecordedCost | null): RecordedCost | null =>
  first === null || next === null ? null : { ...first, nano: first.nano + next.nano };

function priceUse(book: PriceBook, use: PricedUse): RecordedCost | null {
  const facts = factsOf(use);
  if (facts === null) return null;
  const applied = book.find(facts);
  const cost = applied && costOf(use.usage, applied, use.counts ?? {});
  if (applied === null || cost === null) return null;
  return { nano: cost.totalNano, priceId: priceIdOf(applied), price: applied as unknown as JsonObject };
}

/** Null for what no provider has counted. */
function factsOf(record: PricedUse): PriceFacts | null {
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
