import { createPriceBook, type PriceBookInput } from "../../../src-gateway/prices/book.ts";
import { loadBundledPrices } from "../../../src-gateway/prices/bundled-prices.ts";
import type { PriceList } from "../../../src-gateway/prices/price-list.ts";
import { isLocalKind, type PricedProvider } from "../../../src-gateway/prices/price-providers.ts";
import type { PriceBook } from "../../../src-gateway/prices/types.ts";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import type { PriceOverride } from "../../../src-gateway/settings/price-types.ts";
import { readPrices } from "../../../src-gateway/settings/read-prices.ts";
import { YamlReader } from "../../../src-gateway/settings/yaml-reader.ts";

/** The data that come with the program. */
export const bundled: PriceList = await loadBundledPrices();

/** A provider of every kind, called like its kind. */
export const EVERY_KIND: PricedProvider[] = [...CATALOGUE.values()].map((row) => ({
  id: row.id,
  kind: row.id,
  urls: Object.values(row.protocols),
  billing: isLocalKind(row) ? "free" : "metered",
}));

/** As they stand below `prices:`. @throws Error when one is refused */
export function overridesOf(yaml: string): PriceOverride[] {
  const reader = new YamlReader("gateway.yaml", yaml);
  const found = readPrices(reader, reader.root ?? undefined);
  if (reader.problems.length > 0) throw new Error(JSON.stringify(reader.problems));
  return found;
}

export function bookWith(yaml: string | null, more: Partial<PriceBookInput> = {}): PriceBook {
  const layers = yaml === null ? [] : [{ source: "gateway.yaml 0", overrides: overridesOf(yaml) }];
  return createPriceBook({ layers, lists: [bundled], providers: EVERY_KIND, ...more });
}

/** The beginning of 2026-11-01, a time at which all recent models had prices. */
export const NOVEMBER_MS = Date.UTC(2026, 10, 1);
