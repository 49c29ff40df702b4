/** The book of the moment: built anew whenever one of its sources changes, and a bad source never replaces a good one. */
import type { PriceOverride } from "../settings/price-types.ts";
import { digestOf } from "./applied-price.ts";
import { createPriceBook } from "./book.ts";
import type { OverrideLayer } from "./candidates.ts";
import { checkGenaiData } from "./check-genai-data.ts";
import { createGenaiList } from "./genai-list.ts";
import type { PriceList } from "./price-list.ts";
import type { PricedProvider } from "./price-providers.ts";
import type { PriceBook } from "./types.ts";

export interface PriceDesk {
  /** Without the data that come with the program until they are loaded. */
  book(): PriceBook;
  /** Loads them when nobody has yet. */
  ready(): Promise<PriceBook>;
  setConfig(config: {
    fileName: string;
    overrides: readonly PriceOverride[];
    providers: readonly PricedProvider[];
  }): void;
  /** Of the price file. @throws PriceDataError, and then keeps what it has. */
  setFile(content: { entries: readonly PriceOverride[] } | { list: unknown }): void;
  /** Newer data of genai-prices. @throws PriceDataError, and then keeps what it has. */
  setUpdate(data: unknown): void;
}

const NOBODY = { fileName: "gateway.yaml", overrides: [], providers: [] };

export function createPriceDesk(loadBundled: () => Promise<PriceList>): PriceDesk {
  let config: Parameters<PriceDesk["setConfig"]>[0] = NOBODY;
  let fileLayer: OverrideLayer | null = null;
  let fileList: PriceList | null = null;
  let update: PriceList | null = null;
  let bundled: PriceList | null = null;
  let loading: Promise<PriceBook> | null = null;
  let current: PriceBook | null = null;

  const build = (): PriceBook => {
    const { fileName, overrides, providers } = config;
    const layers = [{ source: `${fileName} ${stampOf(overrides)}`, overrides }, fileLayer].filter(
      (each) => each !== null,
    );
    const lists = [fileList, update, bundled].filter((each) => each !== null);
    return createPriceBook({ layers, lists, providers });
  };
  const book = (): PriceBook => (current ??= build());
  const load = async (): Promise<PriceBook> => {
    bundled = await loadBundled();
    current = null;
    return book();
  };

  return {
    book,
    ready: async () => {
      // One that failed is tried again by the next who asks.
      loading ??= load().catch((error: unknown) => {
        loading = null;
        throw error;
      });
      await loading;
      return book();
    },
    setConfig(next) {
      config = next;
      current = null;
    },
    setFile(content) {
      if ("entries" in content) {
        fileLayer = { source: `prices_file ${stampOf(content.entries)}`, overrides: content.entries };
        fileList = null;
      } else {
        fileList = createGenaiList(`prices_file ${stampOf(content.list)}`, checkGenaiData(content.list));
        fileLayer = null;
      }
      current = null;
    },
    setUpdate(data) {
      update = createGenaiList(`genai-prices update ${stampOf(data)}`, checkGenaiData(data));
      current = null;
    },
  };
}

/** Tells one content from another; where an entry stands in its file does not matter. */
function stampOf(content: unknown): string {
  const withoutPlaces = (name: string, value: unknown): unknown => (name === "where" ? undefined : value);
  return digestOf(JSON.stringify(content, withoutPlaces)).slice(0, 8);
}
