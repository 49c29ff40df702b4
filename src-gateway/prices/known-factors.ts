/**
 * Discounts and premiums that a provider publishes as one figure for all prices of a model. What is not here has to come
 * from `prices:`; a request in a tier of unknown price is unpriced rather than priced wrongly.
 */
import type { PricePart } from "./types.ts";

export interface KnownFactor {
  millionths: number;
  /** What it does not change. */
  except: readonly PricePart[];
}

interface FactorRow {
  list: string;
  name: string;
  models: RegExp;
  millionths: number;
  except?: readonly PricePart[];
  /** Only for requests in the first tier. */
  isShortOnly?: boolean;
}

const HALF = 500_000;
const ANY = /^/;

const FACTORS: readonly FactorRow[] = [
  // All usage of a message batch costs half, what is read from and written to the cache included.
  { list: "anthropic", name: "batch", models: ANY, millionths: HALF },
  // Flex is billed at the rates of batches, cached input included.
  { list: "openai", name: "batch", models: ANY, millionths: HALF },
  { list: "openai", name: "flex", models: ANY, millionths: HALF },
  // The page on priority processing lists these models, without their long context.
  {
    list: "openai",
    name: "priority",
    models: /^gpt-5\.5(?!-pro|-mini|-nano)/,
    millionths: 2_500_000,
    isShortOnly: true,
  },
  {
    list: "openai",
    name: "priority",
    models: /^gpt-5(?:\.[124])?(?:-codex|-chat(?:-latest)?)?(?:-\d{4}-\d{2}-\d{2})?$/,
    millionths: 2_000_000,
    isShortOnly: true,
  },
  { list: "openai", name: "priority", models: /^gpt-5\.4-mini/, millionths: 2_000_000, isShortOnly: true },
  { list: "openai", name: "priority", models: /^gpt-5-mini/, millionths: 1_800_000, isShortOnly: true },
  {
    list: "openai",
    name: "priority",
    models: /^gpt-4\.1(?:-\d{4}-\d{2}-\d{2})?$/,
    millionths: 1_750_000,
    isShortOnly: true,
  },
  // The discount of the cache takes the place of the one for batches.
  { list: "google", name: "batch", models: ANY, millionths: HALF, except: ["cacheRead", "audioCacheRead"] },
  { list: "google", name: "flex", models: ANY, millionths: HALF, except: ["cacheRead", "audioCacheRead"] },
  // Its flex tier trades certainty for higher limits, at the same price.
  { list: "groq", name: "flex", models: ANY, millionths: 1_000_000 },
];

/** Null when nobody has published one. `model` is the name of the list's row. */
export function knownFactor(list: string, model: string, name: string, isFirstTier: boolean): KnownFactor | null {
  const row = FACTORS.find(
    (each) => each.list === list && each.name === name && each.models.test(model) && (isFirstTier || !each.isShortOnly),
  );
  return row ? { millionths: row.millionths, except: row.except ?? [] } : null;
}

/** Names of the tier that costs what is listed, or that leave the choice to the provider. */
const STANDARD = new Set(["", "default", "standard", "standard_only", "auto", "on_demand", "unspecified", "none"]);

/** The factors that a request needs, by name. */
export function factorNames(isBatch: boolean, serviceTier: string | null | undefined): string[] {
  const tier = (serviceTier ?? "").toLowerCase().replace(/^(?:service_tier_|on_demand_)/, "");
  const names = isBatch || tier === "batch" ? ["batch"] : [];
  if (tier === "batch" || STANDARD.has(tier)) return names;
  // OpenAI answers a request for `fast` as `priority`.
  return [...names, tier === "fast" ? "priority" : tier];
}
