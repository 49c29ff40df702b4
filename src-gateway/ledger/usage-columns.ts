import type { Usage } from "../ir/usage.ts";
import type { ExchangesTable } from "../store/schema.ts";

export type UsageColumns = Pick<
  ExchangesTable,
  | "input_uncached"
  | "cache_read"
  | "cache_write_5m"
  | "cache_write_1h"
  | "output_tokens"
  | "reasoning"
  | "audio_input"
  | "audio_output"
>;

export const usageOf = (row: UsageColumns): Usage => ({
  inputUncached: row.input_uncached,
  cacheRead: row.cache_read,
  cacheWrite5m: row.cache_write_5m,
  cacheWrite1h: row.cache_write_1h,
  output: row.output_tokens,
  reasoning: row.reasoning,
  audioInput: row.audio_input,
  audioOutput: row.audio_output,
});
