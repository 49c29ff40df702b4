/** Fields of a request that are one value, and mean the same on every wire that has them: their names here and there. */

export const NUMBERS = [
  ["temperature", "temperature"],
  ["top_p", "topP"],
  ["top_k", "topK"],
  ["seed", "seed"],
  ["presence_penalty", "presencePenalty"],
  ["frequency_penalty", "frequencyPenalty"],
  ["n", "candidates"],
] as const;

export const TEXTS = [
  ["verbosity", "verbosity"],
  ["prompt_cache_key", "cacheKey"],
  ["service_tier", "serviceTier"],
] as const;

export const FLAGS = [
  ["store", "store"],
  ["parallel_tool_calls", "parallelTools"],
] as const;
