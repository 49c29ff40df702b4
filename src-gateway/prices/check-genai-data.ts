import { type GenaiModel, type GenaiProvider, type MatchLogic, readWindows } from "./genai-data.ts";
import { PriceDataError } from "./price-data-error.ts";

const MAX_DEPTH = 20;
const MAX_REGEX = 500;

/**
 * Data from a file or from the network, in the shape of genai-prices: every row is looked at before any is used.
 * @throws PriceDataError
 */
export function checkGenaiData(data: unknown): GenaiProvider[] {
  if (!Array.isArray(data) || data.length === 0) throw new PriceDataError("is no list of providers with their models");
  const providers = data.map((provider: unknown) => checkProvider(provider));
  const ids = providers.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new PriceDataError(`has the provider ${show(twice)} twice`);
  return providers;
}

function checkProvider(value: unknown): GenaiProvider {
  const { id, api_pattern: pattern, fallback_model_providers: fallbacks, models } = fieldsOf(value, "a provider");
  if (typeof id !== "string" || id === "") throw new PriceDataError("has a provider without an id");
  // Only lists that are published have patterns of addresses; without one, it is found by its id alone.
  if (pattern !== undefined) checkRegex(pattern, id);
  if (!Array.isArray(models)) throw new PriceDataError(`has no models at ${show(id)}`);
  return {
    id,
    api_pattern: typeof pattern === "string" ? pattern : "(?!)",
    ...(Array.isArray(fallbacks)
      ? { fallback_model_providers: fallbacks.filter((each) => typeof each === "string") }
      : {}),
    models: models.map((model: unknown) => checkModel(model, id)),
  };
}

function checkModel(value: unknown, provider: string): GenaiModel {
  const fields = fieldsOf(value, `a model of ${show(provider)}`);
  const { id, match, prices, price_comments: comments } = fields;
  if (typeof id !== "string" || id === "") throw new PriceDataError(`has a model without an id at ${show(provider)}`);
  const where = `${show(id)} of ${show(provider)}`;
  checkMatch(match, where, 0);
  const windows = Array.isArray(prices) ? prices : [{ prices }];
  for (const window of windows) checkWindow(window, where);
  const model: GenaiModel = {
    id,
    match: match as MatchLogic,
    prices: prices as GenaiModel["prices"],
    ...(typeof comments === "string" ? { price_comments: comments } : {}),
  };
  readWindows(model);
  return model;
}

function checkWindow(value: unknown, where: string): void {
  const { constraint, prices } = fieldsOf(value, `a price of ${where}`);
  if (constraint !== undefined) {
    const { start_date: date, start_time: from, end_time: to } = fieldsOf(constraint, `a condition of ${where}`);
    const isDate = typeof date === "string" && /^\d{4}-\d{2}-\d{2}$/.test(date);
    if (!isDate && (typeof from !== "string" || typeof to !== "string"))
      throw new PriceDataError(`has a condition of ${where} that is neither a day nor a time of day`);
  }
  for (const price of Object.values(fieldsOf(prices, `the prices of ${where}`))) {
    if (typeof price === "number" || price === undefined) continue;
    const { base, tiers } = fieldsOf(price, `a price of ${where}`);
    const isWhole =
      typeof base === "number" && Array.isArray(tiers) && tiers.every((tier: unknown) => isTier(tier, where));
    if (!isWhole) throw new PriceDataError(`has a price of ${where} that is no number`);
  }
}

function isTier(value: unknown, where: string): boolean {
  const { start, price } = fieldsOf(value, `a tier of ${where}`);
  return Number.isSafeInteger(start) && (start as number) >= 0 && typeof price === "number";
}

function checkMatch(value: unknown, where: string, depth: number): void {
  const fields = Object.entries(fieldsOf(value, `what ${where} matches`));
  const [name = "", rule] = fields[0] ?? [];
  if (fields.length !== 1 || depth > MAX_DEPTH) throw new PriceDataError(`does not say what ${where} matches`);
  if ((name === "or" || name === "and") && Array.isArray(rule)) {
    for (const each of rule) checkMatch(each, where, depth + 1);
  } else if (name === "regex") checkRegex(rule, where);
  else if (!["equals", "starts_with", "ends_with", "contains"].includes(name) || typeof rule !== "string")
    throw new PriceDataError(`does not say what ${where} matches`);
}

function checkRegex(value: unknown, where: string): void {
  try {
    if (typeof value === "string" && value.length <= MAX_REGEX && new RegExp(value)) return;
  } catch {
    // Refused below, like every other value that is none.
  }
  throw new PriceDataError(`has a pattern at ${where} that cannot be used`);
}

function fieldsOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new PriceDataError(`has something else in the place of ${what}`);
}

const show = (name: string): string => JSON.stringify(name.slice(0, 80));
