import type { GenaiProvider } from "./genai-data.ts";
import { createGenaiList } from "./genai-list.ts";
import type { PriceList } from "./price-list.ts";

/** Of the package that is installed; a test holds the two together. */
export const GENAI_PRICES_VERSION = "0.1.8";

/** Half a megabyte of program text: loaded when prices are needed, so that it delays no start. */
export async function loadBundledPrices(): Promise<PriceList> {
  const { waitForUpdate } = await import("@pydantic/genai-prices");
  // Nothing else in this program touches the package's own updates, so these are the data that came with it.
  const providers: GenaiProvider[] = (await waitForUpdate()) ?? [];
  return createGenaiList(`genai-prices ${GENAI_PRICES_VERSION}`, providers);
}
