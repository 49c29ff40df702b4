/** Pure sums: what was used, at the prices that were applied. */

import type { Usage } from "../ir/usage.ts";
import { multiplyHalfEven } from "../lib/decimal.ts";
import { type AppliedPrice, type Cost, type CostLine, type ExtraCounts, PRICE_PARTS, type PricePart } from "./types.ts";

type Counts = Partial<Record<PricePart, number>>;

/** Null when something was used that has no price: an unknown total is not a small one. */
export function costOf(usage: Usage, applied: AppliedPrice, counts: ExtraCounts = {}): Cost | null {
  const lines = costLines(usage, applied, counts);
  if (lines === null) return null;
  const cost: Cost = { parts: {}, totalNano: 0 };
  for (const { part, nano } of lines) {
    cost.parts[part] = nano;
    cost.totalNano += nano;
  }
  return cost;
}

/** The parts that counted something, in the order of a bill. Null as with `costOf`. */
export function costLines(usage: Usage, applied: AppliedPrice, counts: ExtraCounts = {}): CostLine[] | null {
  const counted = countParts(usage, applied, counts);
  const lines: CostLine[] = [];
  for (const part of PRICE_PARTS) {
    const count = counted[part] ?? 0;
    if (count === 0) continue;
    const microsPerMillion = applied.billing === "metered" ? applied.unitPrices[part] : 0;
    if (microsPerMillion === undefined) return null;
    lines.push({ part, count, microsPerMillion, nano: multiplyHalfEven(count, microsPerMillion, 1000) });
  }
  return lines;
}

/** The parts do not overlap. What has no price of its own stays in the part that holds it. */
function countParts(usage: Usage, { billing, unitPrices }: AppliedPrice, counts: ExtraCounts): Counts {
  const has = (part: PricePart): boolean => billing === "metered" && unitPrices[part] !== undefined;
  const take = (part: PricePart, wanted: number | undefined, left: number): number =>
    has(part) ? Math.min(wanted ?? 0, left) : 0;

  // Which of the cached tokens were audio is not told. Taken as the last ones, they can only make it dearer.
  const audioInput = take("audioInput", usage.audioInput, usage.inputUncached);
  const audioCacheRead = take("audioCacheRead", usage.audioInput - audioInput, usage.cacheRead);
  const imageInput = take("imageInput", counts.imageInputTokens, usage.inputUncached - audioInput);
  const audioOutput = take("audioOutput", usage.audioOutput, usage.output);
  const imageOutput = take("imageOutput", counts.imageOutputTokens, usage.output - audioOutput);
  const reasoning = take("reasoning", usage.reasoning, usage.output - audioOutput - imageOutput);
  return {
    input: usage.inputUncached - audioInput - imageInput,
    cacheRead: usage.cacheRead - audioCacheRead,
    cacheWrite5m: usage.cacheWrite5m,
    cacheWrite1h: usage.cacheWrite1h,
    audioInput,
    audioCacheRead,
    imageInput,
    output: usage.output - audioOutput - imageOutput - reasoning,
    reasoning,
    audioOutput,
    imageOutput,
    // Only where requests are paid for: nobody wants to read of each that it was one.
    requests: has("requests") ? (counts.requests ?? 1) : 0,
    images: counts.images ?? 0,
    webSearches: counts.webSearches ?? 0,
    fileSearches: counts.fileSearches ?? 0,
    audioSeconds: counts.audioSeconds ?? 0,
    pages: counts.pages ?? 0,
  };
}
