/** Why do a provider and the ledger differ? What follows from the numbers alone, the likeliest first. */
import { usdOfNano } from "../../lib/usd.ts";
import type { ExportTokens } from "./export-lines.ts";
import type { OurSum } from "./our-side.ts";

export const CAUSES = [
  /** The day before or after is off by the opposite. */
  "time-zone",
  /** The provider counts requests that did not come through this gateway. */
  "missing-here",
  /** The provider does not list what the gateway recorded. */
  "missing-there",
  /** The same input in all, cached in another way. */
  "cache-billing",
  "unpriced-model",
  "batch-or-tier",
  "price-difference",
  /** The ledger holds guesses for what the provider never reported. */
  "estimated-here",
  /** Failed or was given up without the provider telling what it used. */
  "without-usage",
] as const;
export type Cause = (typeof CAUSES)[number];

export interface TheirSum {
  requests: number | null;
  tokens: ExportTokens | null;
  costNano: number | null;
  /** Lines that are batches, or of a service tier. */
  batchOrTier: boolean;
}

export interface Explained {
  cause: Cause;
  text: string;
}

/** @param neighbours how much more tokens the provider counted on the day before and on the day after. */
export function explain(theirs: TheirSum, ours: OurSum, neighbours: readonly (number | null)[]): Explained[] {
  const found: Explained[] = [];
  const say = (cause: Cause, text: string): void => void found.push({ cause, text });
  const moreTokens = theirs.tokens === null ? null : tokenSum(theirs.tokens) - tokenSum(ours);
  const moreRequests = theirs.requests === null ? null : theirs.requests - ours.requests;
  if (moreTokens !== null && neighbours.some((each) => isOpposite(moreTokens, each)))
    say(
      "time-zone",
      "A day beside it is off by nearly the opposite: what was asked around midnight is counted on another day.",
    );
  if (isMore(moreRequests) || (moreRequests === null && isMore(moreTokens)))
    say(
      "missing-here",
      `The provider counts ${moreRequests === null ? `${moreTokens} more tokens` : `${moreRequests} more requests`}: they did not come through this gateway, or were interrupted.`,
    );
  if (isMore(negated(moreRequests)) || (moreRequests === null && isMore(negated(moreTokens))))
    say(
      "missing-there",
      `The ledger has ${moreRequests === null ? `${-(moreTokens ?? 0)} more tokens` : `${-moreRequests} more requests`}: another key or project of the provider, or data that came after the export.`,
    );
  if (theirs.tokens !== null && moreTokens === 0 && !isSameSplit(theirs.tokens, ours))
    say("cache-billing", "The tokens are the same in all, but were read from or written to the cache in another way.");
  if (moreTokens !== 0 && ours.withoutUsage > 0)
    say("without-usage", `${ours.withoutUsage} requests ended here without the provider telling what they used.`);
  if (ours.estimated > 0 && moreTokens !== 0)
    say("estimated-here", `The usage of ${ours.estimated} requests is a guess of this gateway.`);
  explainCost(theirs, ours, moreTokens, say);
  return found;
}

function explainCost(
  theirs: TheirSum,
  ours: OurSum,
  moreTokens: number | null,
  say: (cause: Cause, text: string) => void,
): void {
  if (theirs.costNano === null || theirs.costNano === ours.costNano) return;
  if (ours.unpriced > 0) {
    say("unpriced-model", `${ours.unpriced} requests have no price in this ledger; set one and re-cost the days.`);
    return;
  }
  if (moreTokens !== null && moreTokens !== 0) return;
  const share = ours.costNano === 0 ? null : theirs.costNano / ours.costNano;
  if (theirs.batchOrTier || (share !== null && Math.abs(share - 0.5) < 0.005)) {
    say("batch-or-tier", "The provider charged a batch or another service tier than the ledger knows of.");
    return;
  }
  const times = share === null ? "" : `, ${share.toFixed(3)} times as much`;
  say(
    "price-difference",
    `The provider charged ${usdOfNano(theirs.costNano)} for what the ledger priced at ${usdOfNano(ours.costNano)}${times}.`,
  );
}

export const tokenSum = (tokens: ExportTokens): number =>
  tokens.inputUncached + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h + tokens.output;

const isMore = (difference: number | null): boolean => difference !== null && difference > 0;
const negated = (value: number | null): number | null => (value === null ? null : -value);

/** Within a twentieth: some requests around midnight are real differences, too. */
const isOpposite = (difference: number, other: number | null): boolean =>
  other !== null &&
  difference !== 0 &&
  difference * other < 0 &&
  Math.abs(difference + other) <= Math.abs(difference) / 20;

const isSameSplit = (a: ExportTokens, b: ExportTokens): boolean =>
  a.inputUncached === b.inputUncached &&
  a.cacheRead === b.cacheRead &&
  a.cacheWrite5m + a.cacheWrite1h === b.cacheWrite5m + b.cacheWrite1h &&
  a.output === b.output;
