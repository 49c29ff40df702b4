/** What answers report beside their tokens: the tier that served them, and what else is billed. Pure; never throws. */
import type { ExtraCounts } from "../ir/usage.ts";
import { asArray, asCount, asObject, asText, type JsonObject } from "./loose-json.ts";

/** What costs what is listed, by the words of the providers. */
const ORDINARY = new Set(["default", "standard", "standard_only", "auto", "on_demand", "unspecified"]);
const LONGEST_TIER = 40;
const COUNTED = new Set(["web_search_call", "file_search_call"]);

/** In lower case; null for the ordinary tier, and where nothing is said. */
export function tierFrom(said: unknown): string | null {
  const tier = (asText(said) ?? "").toLowerCase().replace(/^(?:service_tier_|traffic_type_|on_demand_)/, "");
  return tier === "" || ORDINARY.has(tier) ? null : tier.slice(0, LONGEST_TIER);
}

/** Anthropic's fast mode is no tier to Anthropic, but priced like one. */
export const tierFromMessages = (usage: JsonObject): string | null =>
  tierFrom(usage["service_tier"]) ?? tierFrom(usage["speed"]);

/** The same as a client of another wire may be told it, which knows the ordinary tier by name. */
export const tierWordFromMessages = (usage: JsonObject): string | undefined =>
  tierFromMessages(usage) ?? asText(usage["service_tier"]) ?? undefined;

/** Gemini has two words for it, one for each of its services. */
export const tierFromGemini = (usage: JsonObject): string | null =>
  tierFrom(usage["serviceTier"]) ?? tierFrom(usage["trafficType"]);

export const countsFromMessages = (usage: JsonObject): ExtraCounts | null =>
  someCounts({ webSearches: asCount(asObject(usage["server_tool_use"])?.["web_search_requests"]) });

export function countsFromGemini(usage: JsonObject): ExtraCounts | null {
  const prompt = imageOf(usage["promptTokensDetails"]) + imageOf(usage["toolUsePromptTokensDetails"]);
  return someCounts({
    imageInputTokens: Math.max(0, prompt - imageOf(usage["cacheTokensDetails"])),
    imageOutputTokens: imageOf(usage["candidatesTokensDetails"]),
  });
}

/** The items of a response. Pages that a search led to are items of the same type, and cost nothing. */
export function countsFromItems(output: readonly unknown[]): ExtraCounts | null {
  const counts = { webSearches: 0, fileSearches: 0 };
  for (const item of output.map(asObject)) {
    if (item?.["status"] === "failed") continue;
    if (item?.["type"] === "file_search_call") counts.fileSearches++;
    const action = asText(asObject(item?.["action"])?.["type"]) ?? "search";
    if (item?.["type"] === "web_search_call" && action === "search") counts.webSearches++;
  }
  return someCounts(counts);
}

/** The items of a stream that was not told to its end, or whose end does not repeat them. */
export interface ItemCounter {
  /** An event in which an item is done. */
  push(event: JsonObject | null): void;
  /** @param output the items as the end repeats them. */
  counts(output?: readonly unknown[]): ExtraCounts | null;
}

export function createItemCounter(): ItemCounter {
  const done: unknown[] = [];
  return {
    push(event) {
      if (event && COUNTED.has(asText(asObject(event["item"])?.["type"]) ?? "")) done.push(event["item"]);
    },
    counts: (output = []) => countsFromItems(output.length > 0 ? output : done),
  };
}

/** Those that are not zero; null when all are. */
export function someCounts(counts: ExtraCounts): ExtraCounts | null {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? null : Object.fromEntries(some);
}

const imageOf = (details: unknown): number =>
  asCount(
    asArray(details)
      .map(asObject)
      .find((detail) => detail?.["modality"] === "IMAGE")?.["tokenCount"],
  );
