/** Each wire's way of counting, turned into the one of `ir/usage.ts`. Facts: docs of the wires, and answers seen in use. */
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { asArray, asCount, asObject, type JsonObject } from "./loose-json.ts";

/** OpenAI Chat, Completions and Embeddings: the cached part lies inside `prompt_tokens`. */
export function usageFromChat(usage: JsonObject): Usage {
  const input = asObject(usage["prompt_tokens_details"]) ?? {};
  const output = asObject(usage["completion_tokens_details"]) ?? {};
  // DeepSeek names the two parts of the prompt instead.
  const cacheRead = asCount(input["cached_tokens"]) || asCount(usage["prompt_cache_hit_tokens"]);
  const cacheWrite5m = asCount(input["cache_write_tokens"]) || asCount(usage["cache_write_tokens"]);
  const prompt = asCount(usage["prompt_tokens"]);
  const completion = asCount(usage["completion_tokens"]);
  const reasoning = asCount(output["reasoning_tokens"]);
  // xAI leaves the reasoning out of the completion on some models; then only the total has it.
  const reasoningIsOutside = reasoning > 0 && asCount(usage["total_tokens"]) === prompt + completion + reasoning;
  return {
    ...NO_USAGE,
    inputUncached: Math.max(0, prompt - cacheRead - cacheWrite5m),
    cacheRead,
    cacheWrite5m,
    ...thought(reasoningIsOutside ? completion + reasoning : completion, reasoning),
    audioInput: asCount(input["audio_tokens"]),
    audioOutput: asCount(output["audio_tokens"]),
  };
}

/** OpenAI Responses: the same convention under other names. */
export function usageFromResponses(usage: JsonObject): Usage {
  const input = asObject(usage["input_tokens_details"]) ?? {};
  const output = asObject(usage["output_tokens_details"]) ?? {};
  const cacheRead = asCount(input["cached_tokens"]);
  const cacheWrite5m = asCount(input["cache_write_tokens"]);
  return {
    ...NO_USAGE,
    inputUncached: Math.max(0, asCount(usage["input_tokens"]) - cacheRead - cacheWrite5m),
    cacheRead,
    cacheWrite5m,
    ...thought(asCount(usage["output_tokens"]), asCount(output["reasoning_tokens"])),
    audioInput: asCount(input["audio_tokens"]),
    audioOutput: asCount(output["audio_tokens"]),
  };
}

/** Anthropic Messages: what was read from or written to the cache stands beside `input_tokens`. */
export function usageFromMessages(usage: JsonObject): Usage {
  const split = asObject(usage["cache_creation"]);
  const written = asCount(usage["cache_creation_input_tokens"]);
  const cacheWrite1h = asCount(split?.["ephemeral_1h_input_tokens"]);
  const cacheWrite5m = Math.max(asCount(split?.["ephemeral_5m_input_tokens"]), written - cacheWrite1h, 0);
  return {
    ...NO_USAGE,
    inputUncached: asCount(usage["input_tokens"]),
    cacheRead: asCount(usage["cache_read_input_tokens"]),
    cacheWrite5m,
    cacheWrite1h,
    ...thought(asCount(usage["output_tokens"]), asCount(asObject(usage["output_tokens_details"])?.["thinking_tokens"])),
  };
}

/** Gemini: cached tokens lie inside the prompt, thoughts beside the candidates. Some back ends write snake_case. */
export function usageFromGemini(usage: JsonObject): Usage {
  const count = (camel: string, snake: string): number => asCount(usage[camel]) || asCount(usage[snake]);
  const prompt =
    count("promptTokenCount", "prompt_token_count") + count("toolUsePromptTokenCount", "tool_use_prompt_token_count");
  const cacheRead = count("cachedContentTokenCount", "cached_content_token_count");
  const reasoning = count("thoughtsTokenCount", "thoughts_token_count");
  return {
    ...NO_USAGE,
    inputUncached: Math.max(0, prompt - cacheRead),
    cacheRead,
    output: count("candidatesTokenCount", "candidates_token_count") + reasoning,
    reasoning,
    audioInput: audioOf(usage["promptTokensDetails"]),
    audioOutput: audioOf(usage["candidatesTokensDetails"]),
  };
}

/** Bedrock Converse: what was read from or written to the cache stands beside `inputTokens`. */
export function usageFromConverse(usage: JsonObject): Usage {
  const written = asCount(usage["cacheWriteInputTokens"]);
  const details = asArray(usage["cacheDetails"]).map(asObject);
  const hour = details.find((detail) => detail?.["ttl"] === "1h");
  const cacheWrite1h = Math.min(written, asCount(hour?.["inputTokens"]));
  return {
    ...NO_USAGE,
    inputUncached: asCount(usage["inputTokens"]),
    cacheRead: asCount(usage["cacheReadInputTokens"]),
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
    output: asCount(usage["outputTokens"]),
  };
}

/** Cohere: `tokens` is what the model saw, `billed_units` what is charged; the cached part lies inside the input. */
export function usageFromCohere(usage: JsonObject): Usage {
  const tokens = asObject(usage["tokens"]) ?? asObject(usage["billed_units"]) ?? {};
  const input = asCount(tokens["input_tokens"]);
  const cacheRead = Math.min(input, asCount(usage["cached_tokens"]));
  return { ...NO_USAGE, inputUncached: input - cacheRead, cacheRead, output: asCount(tokens["output_tokens"]) };
}

/** Ollama counts in the answer itself; a prompt that it had in memory as a whole is left out. */
export function usageFromOllama(answer: JsonObject): Usage {
  return {
    ...NO_USAGE,
    inputUncached: asCount(answer["prompt_eval_count"]),
    output: asCount(answer["eval_count"]),
  };
}

/** Reasoning is a part of the output, and what is billed is the output: a report of more is not believed. */
const thought = (output: number, reasoning: number): Pick<Usage, "output" | "reasoning"> => ({
  output,
  reasoning: Math.min(reasoning, output),
});

function audioOf(details: unknown): number {
  const audio = asArray(details)
    .map(asObject)
    .find((detail) => detail?.["modality"] === "AUDIO");
  return asCount(audio?.["tokenCount"]);
}
