/**
 * What a request cost, and why. Prices come from the operator, from a price file and from genai-prices, in this order;
 * a book joins them for a moment of the configuration, and never changes. No disk and no clock: data and times are
 * arguments.
 */
import { appliedPrice, type Factor } from "./applied-price.ts";
import { type Candidate, type CandidateSources, entryOf, type ModelEntry } from "./candidates.ts";
import { factorNames, knownFactor } from "./known-factors.ts";
import type { PriceTier } from "./price-list.ts";
import type { PricedProvider } from "./price-providers.ts";
import type { AppliedPrice, PriceBook, PriceFacts } from "./types.ts";

export interface PriceBookInput extends CandidateSources {
  providers: readonly PricedProvider[];
}

/** Names come from clients: more of them than anybody uses must not fill the memory. */
const MAX_ENTRIES = 5_000;

export function applyPrice(book: PriceBook, facts: PriceFacts): AppliedPrice | null {
  return book.find(facts);
}

export function createPriceBook(input: PriceBookInput): PriceBook {
  const providers = new Map(input.providers.map((provider) => [provider.id, provider]));
  /** By provider, by model, by the name that the provider reported. */
  const cache = new Map<string, Map<string, Map<string, ModelEntry>>>();
  let entries = 0;

  const entryFor = ({ provider, model, modelServed }: PriceFacts): ModelEntry => {
    const served = modelServed ?? "";
    const known = cache.get(provider)?.get(model)?.get(served);
    if (known) return known;
    if (entries >= MAX_ENTRIES) {
      cache.clear();
      entries = 0;
    }
    // A provider that is gone may still be asked about, for what it cost in the past.
    const priced = providers.get(provider) ?? { id: provider, kind: provider, urls: [], billing: "metered" };
    const entry = entryOf(input, priced, model, served);
    const models = getOrAdd(cache, provider);
    getOrAdd(models, model).set(served, entry);
    entries++;
    return entry;
  };

  const layers = input.layers.filter(({ overrides }) => overrides.length > 0);
  return {
    version: [...layers, ...input.lists].map(({ source }) => source).join(", "),
    find(facts) {
      const entry = entryFor(facts);
      const candidate = entry.candidates.find((each) => each.holdsAt(facts.atMs));
      return candidate ? priceFrom(entry, candidate, facts).price : null;
    },
    whyUnpriced(facts) {
      const entry = entryFor(facts);
      const candidate = entry.candidates.find((each) => each.holdsAt(facts.atMs));
      return candidate ? priceFrom(entry, candidate, facts).why : whyUnknown(entry, facts);
    },
    thresholds(facts) {
      const candidate = entryFor(facts).candidates.find((each) => each.holdsAt(facts.atMs));
      return candidate?.tiers.map(({ aboveTokens }) => Math.max(aboveTokens, 0)) ?? [];
    },
  };
}

function getOrAdd<Key, Inner, Value>(map: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = map.get(key);
  if (known) return known;
  const made = new Map<Inner, Value>();
  map.set(key, made);
  return made;
}

/** What was found out once for a tier and its factors. */
type Found = { price: AppliedPrice; why: null } | { price: null; why: string };

function priceFrom(entry: ModelEntry, candidate: Candidate, facts: PriceFacts): Found {
  const tierAt = tierIndex(candidate.tiers, facts.inputTokens);
  // Most requests are like this, and then nothing has to be put together.
  const isPlain = !facts.isBatch && (facts.serviceTier ?? null) === null && entry.factorOverrides.length === 0;
  const key = isPlain ? tierAt : detailedKey(entry, facts, tierAt);
  const known = candidate.found.get(key);
  if (known) return known;
  const found = workOut(entry, candidate, facts, tierAt);
  candidate.found.set(key, found);
  return found;
}

function detailedKey(entry: ModelEntry, { isBatch, serviceTier, atMs }: PriceFacts, tierAt: number): string {
  const names = factorNames(isBatch ?? false, serviceTier);
  const holding = entry.factorOverrides.map((each) => (each.holdsAt(atMs) ? 1 : 0));
  return `${tierAt} ${names.join(" ")} ${holding.join("")}`;
}

function workOut(entry: ModelEntry, candidate: Candidate, facts: PriceFacts, tierAt: number): Found {
  const { terms, tiers } = candidate;
  const tier = tiers[tierAt];
  if (terms.billing !== "metered") {
    return { price: appliedPrice({ ...terms, aboveTokens: null }, {}, []), why: null };
  }
  if (!tier) return { price: null, why: `${terms.source} knows "${terms.priceModel}", but no price of it` };
  const factors: Factor[] = [];
  for (const name of ["always", ...factorNames(facts.isBatch ?? false, facts.serviceTier)]) {
    const factor = factorOf(entry, candidate, facts.atMs, name, tierAt === 0);
    if (factor) factors.push(factor);
    else if (name !== "always") {
      const what = name === "batch" ? "batches" : `the service tier "${name}"`;
      return { price: null, why: `what ${what} of "${terms.priceModel}" costs is not known` };
    }
  }
  const aboveTokens = tier.aboveTokens < 0 ? null : tier.aboveTokens;
  return { price: appliedPrice({ ...terms, aboveTokens }, tier.prices, factors), why: null };
}

/** The operator's word counts first. What is `always` on a list's prices is not on one that the operator has set. */
function factorOf(
  entry: ModelEntry,
  { terms, ownFactors }: Candidate,
  atMs: number,
  name: string,
  isFirstTier: boolean,
): Factor | null {
  const isForTokensOnly = name !== "always";
  const others = ownFactors !== null && name === "always" ? [] : entry.factorOverrides;
  const given = [ownFactors ?? {}, ...others.filter((each) => each.holdsAt(atMs)).map(({ factors }) => factors)];
  const own = given.find((factors) => Object.hasOwn(factors, name))?.[name];
  if (own !== undefined) return { name, millionths: own, isForTokensOnly, except: [] };
  const known = entry.list === null ? null : knownFactor(entry.list, terms.priceModel, name, isFirstTier);
  return known ? { name, isForTokensOnly, ...known } : null;
}

function tierIndex(tiers: readonly PriceTier[], inputTokens: number): number {
  let at = 0;
  while (at + 1 < tiers.length && inputTokens > (tiers[at + 1]?.aboveTokens ?? Infinity)) at++;
  return at;
}

function whyUnknown({ list }: ModelEntry, { provider, model }: PriceFacts): string {
  return list === null
    ? `no price list is known for the provider "${provider}"`
    : `the price list of "${list}" has no model "${model}"`;
}
