/**
 * What prices are made of. Money is an integer in nano-USD (1e-9 USD); a unit price is an integer in micro-USD per
 * million of what is counted (`microsPerMillion`), so that a part costs count × microsPerMillion / 1000, half to even.
 */
export type { ExtraCounts } from "../ir/usage.ts";

/** `free`: nobody sends a bill. `subscription`: a flat fee covers it. Both are priced 0, and shown as what they are. */
export const BILLINGS = ["metered", "free", "subscription"] as const;
export type Billing = (typeof BILLINGS)[number];

/**
 * What is counted and paid for. The token parts do not overlap: `input` is the input that no other part names, `output`
 * likewise. A part that has no price of its own is counted within the part that holds it.
 */
export const PRICE_PARTS = [
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
  "requests",
  "images",
  "webSearches",
  "fileSearches",
  "audioSeconds",
  "pages",
] as const;
export type PricePart = (typeof PRICE_PARTS)[number];

/** In micro-USD per million; a part that is left out has no price of its own. */
export type UnitPrices = Partial<Record<PricePart, number>>;

/** What the price of a request depends on. */
export interface PriceFacts {
  /** Id of the provider instance. */
  provider: string;
  /** The model name that was sent to it. */
  model: string;
  /** The name that it reported; it tells the model behind a deployment or an alias. */
  modelServed?: string | null;
  /** Milliseconds since 1970 at which the request was made. */
  atMs: number;
  /** All input tokens, however they were cached: the tier is chosen by them. */
  inputTokens: number;
  isBatch?: boolean;
  /** As the answer reports it, or else as the request asked for it. Null, `default`, `standard`, `auto`: no factor. */
  serviceTier?: string | null;
}

export interface AppliedFactor {
  /** `batch`, `flex`, `priority`, … or `always`. */
  name: string;
  /** 500000 is half. */
  millionths: number;
}

/** The unit prices that held for a request, factors included, and where they come from. Frozen, and shared. */
export interface AppliedPrice {
  /** 32 hex digits over all that follows: equal prices have equal digests, in every process. */
  digest: string;
  billing: Billing;
  /** Whose price list it is, for example `anthropic`; the provider instance where the operator set the price. */
  priceProvider: string;
  /** The row of that list, for example `claude-sonnet-4-5`. */
  priceModel: string;
  /** `genai-prices 0.1.8`, `gateway.yaml 5f0c1a2b`, `prices_file 9d…`, `providers` for free and flat ones. */
  source: string;
  /** From when on and at which hours it holds, for example `2026-03-13` or `01:00–04:00 UTC`; null when always. */
  since: string | null;
  hours: string | null;
  /** The tier holds above so many input tokens; null for the first, or when there are none. */
  aboveTokens: number | null;
  /** In the order in which they were multiplied. Already within `unitPrices`. */
  factors: readonly AppliedFactor[];
  unitPrices: Readonly<UnitPrices>;
  note: string | null;
}

export interface Cost {
  /** Nano-USD; parts that counted nothing are left out. */
  parts: Partial<Record<PricePart, number>>;
  /** The sum of the parts. */
  totalNano: number;
}

/** A part as a person reads it. */
export interface CostLine {
  part: PricePart;
  count: number;
  microsPerMillion: number;
  nano: number;
}

export interface PriceBook {
  /** The sources in it, the first one wins: `gateway.yaml 5f0c1a2b, genai-prices 0.1.8`. */
  version: string;
  /** Null: unpriced. Cached; the same object comes back for the same facts. */
  find(facts: PriceFacts): AppliedPrice | null;
  /** One sentence on why `find` gives null: what is not known, and what would tell it. Null when it is priced. */
  whyUnpriced(facts: PriceFacts): string | null;
  /** How many input tokens each tier needs to be exceeded, beginning with 0; empty when there are no prices. */
  thresholds(facts: PriceFacts): number[];
}
