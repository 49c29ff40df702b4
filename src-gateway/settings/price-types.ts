/** `prices:` of the configuration, checked: what the operator says that things cost. */
import type { Billing, UnitPrices } from "../prices/types.ts";

/** Holds for requests with more input tokens than this; −1 for all of them. */
export interface PriceOverrideTier {
  aboveTokens: number;
  prices: UnitPrices;
}

/** One entry of `prices:`. */
export interface PriceOverride {
  /** Patterns for ids of instances or kinds; null is any provider. */
  providers: string[] | null;
  /** Patterns for model names; null is any model. */
  models: string[] | null;
  /** Milliseconds since 1970: from the first on, up to but not at the second. */
  fromMs: number | null;
  toMs: number | null;
  /** In the order of their thresholds. Empty: prices come from elsewhere, and only the factors are this entry's. */
  tiers: PriceOverrideTier[];
  /** Null: metered where there are prices, and as it is elsewhere where there are none. */
  billing: Billing | null;
  /** In millionths, by name: `batch`, a service tier, or `always`. */
  factors: Record<string, number>;
  note: string | null;
  where: string;
}

export interface PriceSettings {
  /** A file with prices, read again when it changes; null when there is none. */
  file: string | null;
  /** Asked for newer prices once a day; null asks nobody. */
  updateUrl: string | null;
}
