/** How the answer is to be made. */
import { clamped, dropped, emulated, type FieldRow, refused } from "./ruling.ts";

export const PARAMETERS_FIELDS = {
  output: {
    names: {
      "openai-chat": "response_format",
      "openai-responses": "text.format",
      "anthropic-messages": "output_config.format",
      "gemini-content": "generationConfig.responseSchema",
      "cohere-chat": "response_format",
      "ollama-chat": "format",
    },
    elsewhere: emulated("is asked for in the system prompt"),
  },
  maxOutputTokens: {
    names: {
      "openai-chat": "max_completion_tokens",
      "openai-responses": "max_output_tokens",
      "anthropic-messages": "max_tokens",
      "gemini-content": "generationConfig.maxOutputTokens",
      "bedrock-converse": "inferenceConfig.maxTokens",
      "cohere-chat": "max_tokens",
      "ollama-chat": "options.num_predict",
    },
  },
  stop: {
    names: {
      "openai-chat": "stop",
      "anthropic-messages": "stop_sequences",
      "gemini-content": "generationConfig.stopSequences",
      "bedrock-converse": "inferenceConfig.stopSequences",
      "cohere-chat": "stop_sequences",
      "ollama-chat": "options.stop",
    },
    elsewhere: dropped("has no counterpart"),
  },
  temperature: {
    names: {
      "openai-chat": "temperature",
      "openai-responses": "temperature",
      "anthropic-messages": "temperature",
      "gemini-content": "generationConfig.temperature",
      "bedrock-converse": "inferenceConfig.temperature",
      "cohere-chat": "temperature",
      "ollama-chat": "options.temperature",
    },
    on: {
      "anthropic-messages": clamped("is at most 1 there"),
      "bedrock-converse": clamped("is at most 1 there"),
      "cohere-chat": clamped("is at most 1 there"),
    },
  },
  topP: {
    names: {
      "openai-chat": "top_p",
      "openai-responses": "top_p",
      "anthropic-messages": "top_p",
      "gemini-content": "generationConfig.topP",
      "bedrock-converse": "inferenceConfig.topP",
      "cohere-chat": "p",
      "ollama-chat": "options.top_p",
    },
  },
  topK: {
    names: {
      "anthropic-messages": "top_k",
      "gemini-content": "generationConfig.topK",
      "bedrock-converse": "additionalModelRequestFields.top_k",
      "cohere-chat": "k",
      "ollama-chat": "options.top_k",
    },
    elsewhere: dropped("has no counterpart"),
  },
  seed: {
    names: {
      "openai-chat": "seed",
      "gemini-content": "generationConfig.seed",
      "cohere-chat": "seed",
      "ollama-chat": "options.seed",
    },
    elsewhere: dropped("has no counterpart"),
  },
  presencePenalty: {
    names: {
      "openai-chat": "presence_penalty",
      "gemini-content": "generationConfig.presencePenalty",
      "cohere-chat": "presence_penalty",
      "ollama-chat": "options.presence_penalty",
    },
    elsewhere: dropped("has no counterpart"),
  },
  frequencyPenalty: {
    names: {
      "openai-chat": "frequency_penalty",
      "gemini-content": "generationConfig.frequencyPenalty",
      "cohere-chat": "frequency_penalty",
      "ollama-chat": "options.frequency_penalty",
    },
    elsewhere: dropped("has no counterpart"),
  },
  candidates: {
    names: { "openai-chat": "n", "gemini-content": "generationConfig.candidateCount" },
    abroad: refused("above 1 is only possible with a provider of the client's own protocol"),
  },
  logprobs: {
    names: {
      "openai-chat": "logprobs",
      "openai-responses": "top_logprobs",
      "gemini-content": "generationConfig.responseLogprobs",
    },
    abroad: dropped("is only answered by a provider of the client's own protocol"),
  },
  reasoning: {
    names: {
      "openai-chat": "reasoning_effort",
      "openai-responses": "reasoning",
      "anthropic-messages": "thinking",
      "gemini-content": "generationConfig.thinkingConfig",
      "bedrock-converse": "additionalModelRequestFields.thinking",
      "cohere-chat": "thinking",
      "ollama-chat": "think",
    },
    abroad: emulated("is set to the nearest strength that the model knows"),
  },
  verbosity: {
    names: { "openai-chat": "verbosity", "openai-responses": "text.verbosity" },
    elsewhere: dropped("has no counterpart"),
  },
  cacheKey: {
    names: { "openai-chat": "prompt_cache_key", "openai-responses": "prompt_cache_key" },
    elsewhere: dropped("has no counterpart"),
  },
  endUser: {
    names: { "openai-chat": "user", "openai-responses": "user", "anthropic-messages": "metadata.user_id" },
    elsewhere: dropped("has no counterpart"),
  },
  metadata: {
    names: { "openai-chat": "metadata", "openai-responses": "metadata" },
    elsewhere: dropped("has no counterpart"),
  },
  serviceTier: {
    names: { "openai-chat": "service_tier", "openai-responses": "service_tier", "anthropic-messages": "service_tier" },
    on: { "anthropic-messages": dropped("means other prices there, so it is not carried over") },
    elsewhere: dropped("has no counterpart"),
  },
  store: {
    names: { "openai-chat": "store", "openai-responses": "store" },
    elsewhere: dropped("is not known to this provider, which stores no answers"),
  },
  home: {
    names: {},
    abroad: dropped("is known to the client's own protocol only"),
  },
} as const satisfies Record<string, FieldRow>;
