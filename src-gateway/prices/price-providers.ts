/** Which price list is whose: from the kind of a provider, or where that says nothing from its address. */
import type { CatalogueRow, ProviderInstance } from "../providers/types.ts";
import type { PriceList } from "./price-list.ts";
import type { Billing } from "./types.ts";

/** Kinds whose list has another name than they have. */
const LIST_OF_KIND: Readonly<Record<string, string>> = {
  "azure-openai": "azure",
  bedrock: "aws",
  gemini: "google",
  moonshot: "moonshotai",
  vertex: "google",
  voyage: "voyageai",
  xai: "x-ai",
  "zhipu-cn": "zhipuai",
};

/** A provider instance, as far as its prices depend on it. */
export interface PricedProvider {
  id: string;
  kind: string;
  /** Its base URLs. */
  urls: string[];
  /** Of all that it answers; `metered` looks the model up. */
  billing: Billing;
}

/** A server on somebody's own computer sends no bill. */
export function isLocalKind(row: CatalogueRow): boolean {
  const urls = Object.values(row.protocols);
  return urls.length > 0 && urls.every((url) => /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/.test(url));
}

export function pricedProvider(instance: ProviderInstance, row: CatalogueRow | undefined): PricedProvider {
  const billing = instance.billing ?? (row !== undefined && isLocalKind(row) ? "free" : "metered");
  return { id: instance.id, kind: instance.kind, urls: Object.values(instance.protocols), billing };
}

/** The list of a provider within `prices`; null when there is none. */
export function listOf({ kind, urls }: Pick<PricedProvider, "kind" | "urls">, prices: PriceList): string | null {
  const named = LIST_OF_KIND[kind] ?? kind;
  if (prices.has(named)) return named;
  for (const url of urls) {
    const found = prices.listAt(url);
    if (found !== null) return found;
  }
  return null;
}
