/** A file of prices: `{"prices": […]}` with entries as in the configuration, or the data of genai-prices as they are. */
import { isMap, isSeq } from "yaml";
import type { PriceOverride } from "./price-types.ts";
import { readPrices } from "./read-prices.ts";
import { SettingsError } from "./types.ts";
import { YamlReader } from "./yaml-reader.ts";

export type PriceFileContent = { entries: PriceOverride[] } | { list: unknown };

/** A list is only parsed: what prices it holds, others have to see. @throws SettingsError */
export function readPriceFile(path: string, text: string): PriceFileContent {
  if (/^\s*\[/.test(text)) return { list: parseList(path, text) };
  const reader = new YamlReader(path, text);
  const { root } = reader;
  if (isSeq(root) || isMap(root)) {
    const members = reader.members(root, "file", ["prices"]);
    const entries = readPrices(reader, members?.get("prices"));
    if (members && !members.has("prices")) reader.refuse(root, "prices", "is missing", 'write {"prices": []}');
    if (reader.problems.length === 0) return { entries };
  } else if (reader.problems.length === 0)
    reader.refuse(root, "file", "holds no prices", 'write {"prices": […]}, or the data of genai-prices');
  throw new SettingsError(reader.problems);
}

function parseList(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words repeat pieces of the file.
    throw new SettingsError([{ where: path, key: "file", problem: "cannot be read as JSON", hint: "" }]);
  }
}
