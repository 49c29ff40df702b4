import type { JsonObject } from "../../ir/json.ts";
import { NO_USAGE, type Usage } from "../../ir/usage.ts";

const TIERS = ["standard", "priority", "batch"];

/** Usage as the wire counts it: what was read from and written to the cache stands beside `input_tokens`. Null is written as zeros. */
export function encodeUsage(usage: Usage | null, serviceTier?: string): JsonObject {
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage ?? NO_USAGE;
  const json: JsonObject = {
    input_tokens: inputUncached,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens: output,
  };
  if (reasoning !== 0) json["output_tokens_details"] = { thinking_tokens: reasoning };
  json["service_tier"] = serviceTier !== undefined && TIERS.includes(serviceTier) ? serviceTier : "standard";
  return json;
}
