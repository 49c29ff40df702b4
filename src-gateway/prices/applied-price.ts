import { divideHalfEven } from "../lib/decimal.ts";
import { sha256Hex } from "../lib/hash-bytes.ts";
import { type AppliedFactor, type AppliedPrice, PRICE_PARTS, type PricePart, type UnitPrices } from "./types.ts";

/** What is counted in tokens: factors for batches and tiers of service are about these. */
const TOKEN_PARTS: ReadonlySet<PricePart> = new Set([
  "input",
  "cacheRead",
  "cacheWrite5m",
  "cacheWrite1h",
  "audioInput",
  "audioCacheRead",
  "imageInput",
  "output",
  "reasoning",
  "audioOutput",
  "imageOutput",
]);

/** A factor, and what it changes. */
export interface Factor extends AppliedFactor {
  isForTokensOnly: boolean;
  except: readonly PricePart[];
}

type Terms = Omit<AppliedPrice, "digest" | "factors" | "unitPrices">;

/** A price as it was applied: listed prices made whole, factors within, frozen, with its digest. */
export function appliedPrice(terms: Terms, listed: UnitPrices, factors: readonly Factor[]): AppliedPrice {
  const whole = terms.billing === "metered" ? withCachePrices(listed, terms.priceModel) : {};
  const unitPrices: UnitPrices = {};
  // In one order, as equal prices must have equal digests.
  for (const part of PRICE_PARTS) {
    const micros = whole[part];
    if (micros !== undefined) unitPrices[part] = multiplied(micros, part, factors);
  }
  const rest = {
    billing: terms.billing,
    priceProvider: terms.priceProvider,
    priceModel: terms.priceModel,
    source: terms.source,
    since: terms.since,
    hours: terms.hours,
    aboveTokens: terms.aboveTokens,
    factors: Object.freeze(factors.map(({ name, millionths }) => Object.freeze({ name, millionths }))),
    unitPrices: Object.freeze(unitPrices),
    note: terms.note,
  };
  return Object.freeze({ digest: digestOf(rest), ...rest });
}

const encoder = new TextEncoder();

export const digestOf = (value: unknown): string => sha256Hex([encoder.encode(JSON.stringify(value))]).slice(0, 32);

/** Rounded once, after all factors. */
function multiplied(micros: number, part: PricePart, factors: readonly Factor[]): number {
  let [dividend, divisor] = [BigInt(micros), 1n];
  for (const { millionths, isForTokensOnly, except } of factors) {
    if (except.includes(part) || (isForTokensOnly && !TOKEN_PARTS.has(part))) continue;
    dividend *= BigInt(millionths);
    divisor *= 1_000_000n;
  }
  return Number(divideHalfEven(dividend, divisor));
}

/**
 * Every way of caching input gets a price of its own. A list that has none for Claude leaves out what is the same for all
 * of Claude: a write costs 1.25 times the input, twice for an hour. With other models it means the price of the input.
 */
function withCachePrices(listed: UnitPrices, model: string): UnitPrices {
  const { input } = listed;
  if (input === undefined) return listed;
  const isClaude = /claude/i.test(model);
  const times = (quarters: bigint): number => Number(divideHalfEven(BigInt(input) * quarters, 4n));
  const cacheRead = listed.cacheRead ?? input;
  const cacheWrite5m = listed.cacheWrite5m ?? (isClaude ? times(5n) : input);
  const cacheWrite1h = listed.cacheWrite1h ?? (isClaude ? times(8n) : cacheWrite5m);
  return { ...listed, cacheRead, cacheWrite5m, cacheWrite1h };
}
