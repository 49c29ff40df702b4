/** Where price data come from, besides the program and the configuration file. */
import type { PriceSettings } from "./price-types.ts";
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { TypedValues } from "./typed-values.ts";

/** The address at which the makers of genai-prices publish their newest data. */
const PUBLISHED = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json";

export const PRICE_ROWS: readonly SettingRow[] = [
  row("prices_file", { is: "path" }, "none", "a JSON file with prices, read again when it changes"),
  row("prices_update", { is: "flag" }, "false", "fetches newer prices at the start and once a day"),
  row("prices_update_url", { is: "url" }, `\`${PUBLISHED}\``, "where they are fetched from"),
];

export function priceSettingsOf(values: TypedValues): PriceSettings {
  const isOn = values.flag("prices_update", false);
  return {
    file: values.path("prices_file"),
    updateUrl: isOn ? (values.text("prices_update_url") ?? PUBLISHED) : null,
  };
}
