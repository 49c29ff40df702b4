/** The entries of `prices:`: what the operator says that things cost. */
import { isMap, isScalar, type Node } from "yaml";
import { scaleDecimal } from "../lib/decimal.ts";
import type { Billing, PricePart, UnitPrices } from "../prices/types.ts";
import { nearest } from "./nearest.ts";
import type { PriceOverride, PriceOverrideTier } from "./price-types.ts";
import { readPatterns } from "./read-conditions.ts";
import { quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

const MILLION = 1_000_000n;

/** What a price is called in the file, and for how many it stands there: USD for a million tokens, or for one of the rest. */
const PRICES: Readonly<Record<string, { part: PricePart; per: bigint }>> = {
  input: { part: "input", per: MILLION },
  cache_read: { part: "cacheRead", per: MILLION },
  cache_write_5m: { part: "cacheWrite5m", per: MILLION },
  cache_write_1h: { part: "cacheWrite1h", per: MILLION },
  audio_input: { part: "audioInput", per: MILLION },
  audio_cache_read: { part: "audioCacheRead", per: MILLION },
  image_input: { part: "imageInput", per: MILLION },
  output: { part: "output", per: MILLION },
  reasoning: { part: "reasoning", per: MILLION },
  audio_output: { part: "audioOutput", per: MILLION },
  image_output: { part: "imageOutput", per: MILLION },
  request: { part: "requests", per: 1n },
  image: { part: "images", per: 1n },
  web_search: { part: "webSearches", per: 1n },
  file_search: { part: "fileSearches", per: 1n },
  audio_minute: { part: "audioSeconds", per: 60n },
  page: { part: "pages", per: 1n },
};
const PRICE_NAMES = Object.keys(PRICES);
const MEMBERS = ["provider", "model", "from", "to", ...PRICE_NAMES, "tiers", "factors", "billing", "note"];

const BILLING_NAMES: readonly Billing[] = ["metered", "free", "subscription"];

const MAX_NOTE = 200;
const MAX_TOKENS = 1_000_000_000;
/** A million USD for a million tokens. */
const MAX_MICROS = 1_000_000_000_000;
/** A single image or request may cost as much as a million tokens. */
const MAX_MICROS_OF_ONE = 1_000_000_000_000_000;
const MAX_FACTOR = 1_000_000_000;

export function readPrices(reader: YamlReader, node: Node | undefined): PriceOverride[] {
  return reader.items(node, "prices").flatMap((item, index) => readEntry(reader, item, `prices[${index}]`) ?? []);
}

function readEntry(reader: YamlReader, node: Node, key: string): PriceOverride | null {
  const before = reader.problems.length;
  const members = reader.members(node, key, MEMBERS);
  if (!members) return null;
  const base = readUnitPrices(reader, members, key);
  const entry: PriceOverride = {
    providers: readPatterns(reader, members.get("provider"), `${key}.provider`),
    models: readPatterns(reader, members.get("model"), `${key}.model`),
    fromMs: readDay(reader, members.get("from"), `${key}.from`),
    toMs: readDay(reader, members.get("to"), `${key}.to`),
    tiers: readTiers(reader, members.get("tiers"), `${key}.tiers`, base),
    billing: readBilling(reader, members.get("billing"), `${key}.billing`),
    factors: readFactors(reader, members.get("factors"), `${key}.factors`),
    note: readNote(reader, members.get("note"), `${key}.note`),
    where: reader.where(node),
  };
  // What was refused above may be the very thing that would be missing here.
  if (reader.problems.length === before) checkWhole(reader, node, members, key, entry);
  return entry;
}

function checkWhole(
  reader: YamlReader,
  node: Node,
  members: ReadonlyMap<string, Node>,
  key: string,
  { fromMs, toMs, billing, tiers, factors }: PriceOverride,
): void {
  const isPriced = tiers.length > 0;
  if (!members.has("provider") && !members.has("model"))
    reader.refuse(node, key, "names neither a provider nor a model", 'write model: "*" if it is meant for all');
  else if (fromMs !== null && toMs !== null && toMs <= fromMs)
    reader.refuse(members.get("to"), `${key}.to`, "is not after from", "the price holds up to, not on, that day");
  else if (billing !== null && billing !== "metered" && isPriced)
    reader.refuse(node, key, `has prices, and is billed as ${billing}`, "leave out one of the two");
  else if (billing === "metered" && !isPriced)
    reader.refuse(node, key, "is metered, and has no prices", "give at least input and output");
  else if (billing === null && !isPriced && Object.keys(factors).length === 0)
    reader.refuse(node, key, "says nothing about money", "give prices, factors or billing");
}

export function readBilling(reader: YamlReader, node: Node | undefined, key: string): Billing | null {
  const text = reader.text(node, key);
  if (text === null) return null;
  const billing = BILLING_NAMES.find((each) => each === text.toLowerCase());
  if (billing) return billing;
  const meant = nearest(text, BILLING_NAMES);
  const guess = meant ? `did you mean ${meant}? ` : "";
  reader.refuse(node, key, `${quote(text)} is not allowed`, `${guess}allowed: ${BILLING_NAMES.join(", ")}`);
  return null;
}

function readUnitPrices(reader: YamlReader, members: ReadonlyMap<string, Node>, key: string): UnitPrices {
  const prices: UnitPrices = {};
  for (const name of PRICE_NAMES) {
    const unit = PRICES[name];
    const node = members.get(name);
    if (!unit || !node) continue;
    const max = unit.per === MILLION ? MAX_MICROS : MAX_MICROS_OF_ONE;
    const micros = readAmount(node, MILLION * MILLION, unit.per, max);
    if (micros !== null) prices[unit.part] = micros;
    else {
      const what = unit.per === MILLION ? "USD per million tokens" : "USD each";
      reader.refuse(node, `${key}.${name}`, "is no price", `${what}, such as 1.25 or "0.075"`);
    }
  }
  return prices;
}

/** As it was written, and not as the nearest binary number. */
function readAmount(node: Node, multiplier: bigint, divisor: bigint, max: number): number | null {
  if (!isScalar(node) || (typeof node.value !== "number" && typeof node.value !== "string")) return null;
  const text = typeof node.value === "string" ? node.value.trim().replace(/^\$/, "") : (node.source ?? node.value);
  const amount = scaleDecimal(text, multiplier, divisor);
  return amount === null || amount > max ? null : amount;
}

/** Each tier has the prices of the entry, but for those that it gives itself. */
function readTiers(reader: YamlReader, node: Node | undefined, key: string, base: UnitPrices): PriceOverrideTier[] {
  const first: PriceOverrideTier[] = Object.keys(base).length === 0 ? [] : [{ aboveTokens: -1, prices: base }];
  const more = reader.items(node, key).flatMap((item, index): PriceOverrideTier[] => {
    const at = `${key}[${index}]`;
    const members = reader.members(item, at, ["above", ...PRICE_NAMES]);
    if (!members) return [];
    if (!members.has("above")) reader.refuse(item, `${at}.above`, "is missing", "a number of input tokens");
    const above = reader.number(members.get("above"), `${at}.above`, 1, MAX_TOKENS);
    if (above !== null && !Number.isInteger(above))
      reader.refuse(members.get("above"), `${at}.above`, "is no whole number");
    const prices = readUnitPrices(reader, members, at);
    if (Object.keys(prices).length === 0) reader.refuse(item, at, "has no prices", "give those that change");
    return above === null ? [] : [{ aboveTokens: above, prices: { ...base, ...prices } }];
  });
  if (more.length > 0 && first.length === 0)
    reader.refuse(node, key, "stands without prices for small requests", "give them beside tiers");
  if (new Set(more.map(({ aboveTokens }) => aboveTokens)).size < more.length)
    reader.refuse(node, key, "has two tiers above the same number of tokens");
  return [...first, ...more.toSorted((a, b) => a.aboveTokens - b.aboveTokens)];
}

function readFactors(reader: YamlReader, node: Node | undefined, key: string): Record<string, number> {
  if (node === undefined) return {};
  if (!isMap(node)) {
    reader.refuse(node, key, "must be a map of names to numbers", "such as factors: {batch: 0.5, priority: 2}");
    return {};
  }
  const factors: [string, number][] = [];
  for (const [name, value] of reader.entries(node)) {
    const millionths = readAmount(value, MILLION, 1n, MAX_FACTOR);
    const place = `${key}.${quote(name)}`;
    if (!/^[a-z][\w-]{0,49}$/i.test(name.trim()))
      reader.refuse(value, place, "is no name of a factor", "batch, always, or a service tier such as priority");
    else if (millionths === null) reader.refuse(value, place, "is no factor", "allowed: 0 to 1000, such as 0.5");
    else factors.push([name.trim().toLowerCase(), millionths]);
  }
  return Object.fromEntries(factors);
}

/** The beginning of a day, in UTC. */
function readDay(reader: YamlReader, node: Node | undefined, key: string): number | null {
  const text = reader.text(node, key);
  if (text === null) return null;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return ms;
  reader.refuse(node, key, `${quote(text)} is no day`, "such as 2026-03-01; it begins at midnight in UTC");
  return null;
}

function readNote(reader: YamlReader, node: Node | undefined, key: string): string | null {
  const text = reader.text(node, key);
  if (text === null || text.length <= MAX_NOTE) return text;
  reader.refuse(node, key, "is too long", `at most ${MAX_NOTE} characters`);
  return null;
}
