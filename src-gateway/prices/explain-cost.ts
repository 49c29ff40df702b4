import type { Usage } from "../ir/usage.ts";
import { usdOfMicros, usdOfNano } from "../lib/usd.ts";
import { costLines } from "./cost.ts";
import type { AppliedPrice, ExtraCounts, PricePart } from "./types.ts";

/** How a part is called, and of how many its price is told. */
const WORDS: Readonly<Record<PricePart, { name: string; unit: string; per: number }>> = {
  input: { name: "input", unit: "tokens", per: 1_000_000 },
  cacheRead: { name: "input read from the cache", unit: "tokens", per: 1_000_000 },
  cacheWrite5m: { name: "input written to the cache (5 min)", unit: "tokens", per: 1_000_000 },
  cacheWrite1h: { name: "input written to the cache (1 h)", unit: "tokens", per: 1_000_000 },
  audioInput: { name: "audio input", unit: "tokens", per: 1_000_000 },
  audioCacheRead: { name: "audio input read from the cache", unit: "tokens", per: 1_000_000 },
  imageInput: { name: "image input", unit: "tokens", per: 1_000_000 },
  output: { name: "output", unit: "tokens", per: 1_000_000 },
  reasoning: { name: "reasoning", unit: "tokens", per: 1_000_000 },
  audioOutput: { name: "audio output", unit: "tokens", per: 1_000_000 },
  imageOutput: { name: "image output", unit: "tokens", per: 1_000_000 },
  requests: { name: "requests", unit: "requests", per: 1 },
  images: { name: "images", unit: "images", per: 1 },
  webSearches: { name: "web searches", unit: "searches", per: 1 },
  fileSearches: { name: "file searches", unit: "searches", per: 1 },
  audioSeconds: { name: "audio", unit: "seconds", per: 60 },
  pages: { name: "pages", unit: "pages", per: 1 },
};

const count = (value: number): string => value.toLocaleString("en-US");

/** What a part is called. */
export const partName = (part: PricePart): string => WORDS[part].name;

/** `$3.00 per million tokens`, `$0.01 each`, `$0.006 per minute`. */
export function unitPriceText(part: PricePart, microsPerMillion: number): string {
  const { unit, per } = WORDS[part];
  if (per === 1_000_000) return `${usdOfMicros(microsPerMillion)} per million ${unit}`;
  // A millionth of a micro-USD is a thousandth of a nano-USD; nobody is shown less than a nano-USD.
  const nano = Math.round((microsPerMillion * per) / 1000);
  return `${usdOfNano(nano)} ${per === 60 ? "per minute" : "each"}`;
}

/** Why it cost that: where the price is from, what it depended on, and one line for each part with the sum at the end. */
export function explainCost(usage: Usage, applied: AppliedPrice, counts: ExtraCounts = {}): string[] {
  const lines = costLines(usage, applied, counts);
  const head = describePrice(applied);
  if (lines === null) return [...head, "total: unknown, as a part of it has no price"];
  const sums = lines.map(
    ({ part, count: counted, microsPerMillion, nano }) =>
      `${partName(part)}: ${count(counted)} ${WORDS[part].unit} × ${unitPriceText(part, microsPerMillion)} = ${usdOfNano(nano)}`,
  );
  if (usage.reasoning > 0 && !lines.some(({ part }) => part === "reasoning"))
    sums.push(`of the output, ${count(usage.reasoning)} tokens were reasoning, at the same price`);
  return [...head, ...sums, `total: ${usdOfNano(lines.reduce((sum, { nano }) => sum + nano, 0))}`];
}

/** Where a price is from, and under which conditions it holds. */
function describePrice(applied: AppliedPrice): string[] {
  const { priceModel, priceProvider, source, since, hours, aboveTokens, factors, billing, note } = applied;
  const from = since === null ? "" : `, from ${since} on`;
  const lines = [`price: ${priceModel} of ${priceProvider} (${source}${from})`];
  if (billing === "free") lines.push("free: nobody sends a bill for it");
  if (billing === "subscription") lines.push("subscription: a flat fee covers it");
  if (hours !== null) lines.push(`hours: ${hours}`);
  if (aboveTokens !== null) lines.push(`tier: above ${count(aboveTokens)} input tokens`);
  for (const { name, millionths } of factors)
    lines.push(`factor: ${name} × ${millionths / 1_000_000}, already within the prices`);
  if (note !== null) lines.push(`note: ${note}`);
  return lines;
}
