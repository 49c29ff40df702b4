import { inputTotal, NO_USAGE, type Usage } from "../../ir/usage.ts";
import type { JsonObject } from "../loose-json.ts";

/** Every number is required here, so usage that nobody reported is zeros. */
export function encodeUsage(usage: Usage | null): JsonObject {
  const known = usage ?? NO_USAGE;
  const input = inputTotal(known);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: known.cacheRead,
      cache_write_tokens: known.cacheWrite5m + known.cacheWrite1h,
    },
    output_tokens: known.output,
    output_tokens_details: { reasoning_tokens: known.reasoning },
    total_tokens: input + known.output,
  };
}
