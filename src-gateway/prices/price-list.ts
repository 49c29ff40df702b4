/** A list of prices in our own shape, whoever wrote it. */
import type { Billing, UnitPrices } from "./types.ts";

export interface PriceTier {
  /** It holds for more input tokens than this; −1 for the first. */
  aboveTokens: number;
  /** In micro-USD per million, as listed: factors are not in them. */
  prices: UnitPrices;
}

/** Prices, and when they hold. */
export interface PriceWindow {
  fromMs: number | null;
  /** `2026-03-13`, as the list has it. */
  since: string | null;
  /** Part of every day, in UTC; it may go over midnight. */
  secondsOfDay: { from: number; to: number } | null;
  hours: string | null;
  /** Empty: the list knows the model and no price. */
  tiers: PriceTier[];
}

/** A model's row in a list. */
export interface PriceRow {
  provider: string;
  model: string;
  billing: Billing;
  note: string | null;
  /** The first that holds counts; the last one always does. */
  windows: PriceWindow[];
}

export interface PriceList {
  /** With its version, for example `genai-prices 0.1.8`. */
  source: string;
  /** Ids of price lists, the best first, that know what is behind an address. */
  listAt(url: string): string | null;
  has(provider: string): boolean;
  /** Null when it has no such model. */
  row(provider: string, model: string): PriceRow | null;
  /** Every row, for tests and tools; slow. */
  rows(): PriceRow[];
}

export function holdsAt({ fromMs, secondsOfDay }: PriceWindow, atMs: number): boolean {
  if (fromMs !== null && atMs < fromMs) return false;
  if (secondsOfDay === null) return true;
  const { from, to } = secondsOfDay;
  const second = (((atMs / 1000) % 86_400) + 86_400) % 86_400;
  return from <= to ? second >= from && second < to : second >= from || second < to;
}
