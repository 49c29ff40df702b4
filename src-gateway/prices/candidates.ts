/** All that could be the price of a model at a provider, in the order in which it counts. */
import { compareExactness, exactnessOf, fitsAnyCase } from "../lib/patterns.ts";
import type { PriceOverride } from "../settings/price-types.ts";
import { holdsAt, type PriceList, type PriceRow, type PriceTier } from "./price-list.ts";
import { listOf, type PricedProvider } from "./price-providers.ts";
import type { AppliedPrice } from "./types.ts";

export interface Candidate {
  holdsAt(atMs: number): boolean;
  terms: Omit<AppliedPrice, "digest" | "factors" | "unitPrices" | "aboveTokens">;
  tiers: readonly PriceTier[];
  /** Of the entry that set the price; null where a list did. */
  ownFactors: Readonly<Record<string, number>> | null;
  /** What was worked out before, by tier and factors. */
  found: Map<number | string, { price: AppliedPrice; why: null } | { price: null; why: string }>;
}

export interface FactorOverride {
  holdsAt(atMs: number): boolean;
  factors: Readonly<Record<string, number>>;
}

export interface ModelEntry {
  /** Name of the provider's price list; null when none is known. */
  list: string | null;
  candidates: Candidate[];
  factorOverrides: FactorOverride[];
}

/** What one place says of prices, with its version: `gateway.yaml 5f0c1a2b`. */
export interface OverrideLayer {
  source: string;
  overrides: readonly PriceOverride[];
}

export interface CandidateSources {
  /** The one that counts most first. */
  layers: readonly OverrideLayer[];
  lists: readonly PriceList[];
}

/** `served` is the name that the provider reported; empty when it reported none. */
export function entryOf(
  { layers, lists }: CandidateSources,
  provider: PricedProvider,
  model: string,
  served: string,
): ModelEntry {
  const names = served === "" || served === model ? [model] : [model, served];
  const matching = layers.flatMap((layer) => matchesIn(layer, provider, names));
  const setting = matching.filter(({ override }) => override.tiers.length > 0 || override.billing !== null);
  const candidateOf = (match: Match): Candidate => fromOverride(match, provider, model);
  const flat = provider.billing === "metered" ? [] : [flatCandidate(provider, model)];
  return {
    list: lists.map((list) => listOf(provider, list)).find((id) => id !== null) ?? null,
    candidates: [
      // Who names the provider means it; a price for a model anywhere gives way to a provider that sends no bills.
      ...setting.filter(({ override }) => override.providers !== null).map(candidateOf),
      ...flat,
      ...setting.filter(({ override }) => override.providers === null).map(candidateOf),
      ...lists.flatMap((list) => fromList(list, provider, names)),
    ],
    factorOverrides: matching
      .filter((match) => !setting.includes(match))
      .map(({ override }) => ({ holdsAt: (atMs) => isWithin(override, atMs), factors: override.factors })),
  };
}

interface Match {
  override: PriceOverride;
  source: string;
  /** The patterns that fitted; `*` where anything does. */
  provider: string;
  model: string;
}

/** The more exact model first, then the more exact provider, then the later beginning, then the order of the file. */
function matchesIn({ source, overrides }: OverrideLayer, provider: PricedProvider, names: readonly string[]): Match[] {
  const since = ({ override }: Match): number => override.fromMs ?? Number.MIN_SAFE_INTEGER;
  return overrides
    .flatMap((override) => matchOverride({ source, override }, provider, names) ?? [])
    .toSorted((a, b) => compare(a.model, b.model) || compare(a.provider, b.provider) || since(b) - since(a));
}

const compare = (a: string, b: string): number => compareExactness(exactnessOf(a), exactnessOf(b));

function matchOverride(
  { source, override }: { source: string; override: PriceOverride },
  { id, kind }: PricedProvider,
  names: readonly string[],
): Match | null {
  const best = (patterns: readonly string[] | null, texts: readonly string[]): string | null =>
    patterns === null
      ? "*"
      : (patterns.filter((pattern) => texts.some((text) => fitsAnyCase(pattern, text))).toSorted(compare)[0] ?? null);
  const provider = best(override.providers, [id, kind]);
  const model = best(override.models, names);
  return provider === null || model === null ? null : { override, source, provider, model };
}

const isWithin = ({ fromMs, toMs }: PriceOverride, atMs: number): boolean =>
  (fromMs === null || atMs >= fromMs) && (toMs === null || atMs < toMs);

function fromOverride({ override, source }: Match, { id }: PricedProvider, model: string): Candidate {
  const since = override.fromMs === null ? null : new Date(override.fromMs).toISOString().slice(0, 10);
  return {
    holdsAt: (atMs) => isWithin(override, atMs),
    terms: {
      billing: override.billing ?? "metered",
      priceProvider: id,
      priceModel: model,
      source,
      since,
      hours: null,
      note: override.note,
    },
    tiers: override.tiers,
    ownFactors: override.factors,
    found: new Map(),
  };
}

function flatCandidate({ id, billing }: PricedProvider, model: string): Candidate {
  return {
    holdsAt: () => true,
    terms: { billing, priceProvider: id, priceModel: model, source: "providers", since: null, hours: null, note: null },
    tiers: [],
    ownFactors: null,
    found: new Map(),
  };
}

/**
 * The name that was sent is the one that is paid for: it may also name a region. Where it is not in the list, the one that
 * the provider reported tells which model is behind an alias. Azure's deployments can be called like another model.
 */
function fromList(list: PriceList, provider: PricedProvider, names: readonly string[]): Candidate[] {
  const id = listOf(provider, list);
  if (id === null) return [];
  for (const name of id === "azure" ? names.toReversed() : names) {
    const row = list.row(id, name);
    if (row) return fromRow(row, list.source);
  }
  return [];
}

function fromRow({ provider, model, billing, note, windows }: PriceRow, source: string): Candidate[] {
  return windows.map((window) => ({
    holdsAt: (atMs) => holdsAt(window, atMs),
    terms: {
      billing,
      priceProvider: provider,
      priceModel: model,
      source,
      since: window.since,
      hours: window.hours,
      note,
    },
    tiers: window.tiers,
    ownFactors: null,
    found: new Map(),
  }));
}
