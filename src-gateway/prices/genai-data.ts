/** The shape of genai-prices' data, checked where it does not come with the package, and read into our own. */
import { scaleDecimal } from "../lib/decimal.ts";
import { PriceDataError } from "./price-data-error.ts";
import type { PriceTier, PriceWindow } from "./price-list.ts";
import type { PricePart, UnitPrices } from "./types.ts";

export type MatchLogic =
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { regex: string }
  | { or: MatchLogic[] }
  | { and: MatchLogic[] };

type GenaiPrice = number | { base: number; tiers: { start: number; price: number }[] };
type GenaiPrices = Record<string, GenaiPrice | undefined>;

interface GenaiWindow {
  constraint?: { start_date: string } | { start_time: string; end_time: string } | undefined;
  prices: GenaiPrices;
}

export interface GenaiModel {
  id: string;
  match: MatchLogic;
  prices: GenaiPrices | GenaiWindow[];
  price_comments?: string;
}

export interface GenaiProvider {
  id: string;
  /** A regular expression for the beginning of its addresses. */
  api_pattern: string;
  fallback_model_providers?: string[];
  models: GenaiModel[];
}

const MILLION = 1_000_000n;
/** Which part a key prices, and how many of it the price is for. */
const KEYS: Readonly<Record<string, { part: PricePart; per: bigint }>> = {
  input_mtok: { part: "input", per: MILLION },
  cache_read_mtok: { part: "cacheRead", per: MILLION },
  cache_write_mtok: { part: "cacheWrite5m", per: MILLION },
  cache_write_1h_mtok: { part: "cacheWrite1h", per: MILLION },
  input_audio_mtok: { part: "audioInput", per: MILLION },
  cache_audio_read_mtok: { part: "audioCacheRead", per: MILLION },
  input_image_mtok: { part: "imageInput", per: MILLION },
  output_mtok: { part: "output", per: MILLION },
  output_reasoning_mtok: { part: "reasoning", per: MILLION },
  output_audio_mtok: { part: "audioOutput", per: MILLION },
  output_image_mtok: { part: "imageOutput", per: MILLION },
  requests_kcount: { part: "requests", per: 1_000n },
  web_searches_kcount: { part: "webSearches", per: 1_000n },
  storage_searches_kcount: { part: "fileSearches", per: 1_000n },
  audio_hours: { part: "audioSeconds", per: 3_600n },
  input_document_kpages: { part: "pages", per: 1_000n },
};

/** USD for `per` of something → micro-USD for a million of it. Null when it is no price. */
export const microsPerMillion = (usd: number | string, per: bigint = MILLION): number | null =>
  scaleDecimal(usd, MILLION * MILLION, per);

/**
 * The windows of a row, in the order in which they are to be tried; the last one that is left holds always.
 * @throws PriceDataError
 */
export function readWindows({ id, prices }: Pick<GenaiModel, "id" | "prices">): PriceWindow[] {
  const windows: GenaiWindow[] = Array.isArray(prices) ? prices : [{ prices }];
  const [first] = windows;
  if (first === undefined) throw new PriceDataError(`"${id}" has no prices`);
  const read = windows.toReversed().map((window) => readWindow(id, window));
  // Where no constraint is met the first window holds, also when it has one.
  return [...read, { ...readWindow(id, { prices: first.prices }), since: null }];
}

function readWindow(id: string, { constraint, prices }: GenaiWindow): PriceWindow {
  const tiers = readTiers(id, prices);
  const always = { fromMs: null, since: null, secondsOfDay: null, hours: null, tiers };
  if (constraint === undefined) return always;
  if ("start_date" in constraint) {
    const fromMs = Date.parse(`${constraint.start_date}T00:00:00Z`);
    if (Number.isNaN(fromMs)) throw new PriceDataError(`"${id}" has a price from a day that does not exist`);
    return { ...always, fromMs, since: constraint.start_date };
  }
  const [from, to] = [secondOfDay(id, constraint.start_time), secondOfDay(id, constraint.end_time)];
  return { ...always, secondsOfDay: { from, to }, hours: `${clock(from)}–${clock(to)} UTC` };
}

const clock = (second: number): string => new Date(second * 1000).toISOString().slice(11, 16);

/** `06:00:00Z`, `06:00:00+08:00` → seconds since midnight in UTC. */
function secondOfDay(id: string, text: string): number {
  const match = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|([+-])(\d{2}):(\d{2}))$/.exec(text);
  if (!match) throw new PriceDataError(`"${id}" has a price at a time of day that cannot be read`);
  const [hours, minutes, seconds] = match.slice(1, 4).map(Number) as [number, number, number];
  const offset = (Number(match[5] ?? 0) * 60 + Number(match[6] ?? 0)) * 60 * (match[4] === "-" ? -1 : 1);
  return ((((hours * 60 + minutes) * 60 + seconds - offset) % 86_400) + 86_400) % 86_400;
}

/** Thresholds may differ between the keys of a row: each becomes a tier, with all the prices that hold above it. */
function readTiers(id: string, prices: GenaiPrices): PriceTier[] {
  const known = Object.entries(prices).flatMap(([key, price]) => {
    const unit = KEYS[key];
    return unit && price !== undefined ? [{ ...unit, price }] : [];
  });
  const starts = known.flatMap(({ price }) => (typeof price === "object" ? price.tiers.map(({ start }) => start) : []));
  if (known.length === 0) return [];
  return [-1, ...new Set(starts.toSorted((a, b) => a - b))].map((aboveTokens) => {
    const found: UnitPrices = {};
    for (const { part, per, price } of known) {
      const micros = microsPerMillion(priceAbove(price, aboveTokens), per);
      if (micros === null) throw new PriceDataError(`"${id}" has a price that is no number, or too large`);
      found[part] = micros;
    }
    return { aboveTokens, prices: found };
  });
}

function priceAbove(price: GenaiPrice, aboveTokens: number): number {
  if (typeof price === "number") return price;
  const reached = price.tiers.toSorted((a, b) => a.start - b.start).filter(({ start }) => start <= aboveTokens);
  return reached.at(-1)?.price ?? price.base;
}
