/**
 * What becomes of each field of a request on each wire: the one table that translation obeys, and that
 * `docs/api-mapping.md` is generated from.
 *
 * A wire that has a name for a field takes it as it is, unless `on` says otherwise; a wire without a name does with it
 * what `elsewhere` says.
 */
import type { ProviderWire } from "./protocol.ts";

export type Verdict = "lossless" | "emulated" | "clamped" | "dropped" | "refused";

export interface Ruling {
  verdict: Verdict;
  /** What is done, or why it cannot be done: the end of a sentence that begins with the field's name. */
  note: string;
}

export interface FieldRow {
  names: Partial<Record<ProviderWire, string>>;
  /** Holds on every wire but the client's own, whether or not it has a name for it. */
  abroad?: Ruling;
  elsewhere?: Ruling;
  on?: Partial<Record<ProviderWire, Ruling>>;
}

const dropped = (note: string): Ruling => ({ verdict: "dropped", note });
const emulated = (note: string): Ruling => ({ verdict: "emulated", note });
const clamped = (note: string): Ruling => ({ verdict: "clamped", note });
const refused = (note: string): Ruling => ({ verdict: "refused", note });

const ROWS = {
  laterSystem: {
    names: {
      "openai-chat": "messages[role=system]",
      "openai-responses": "input[role=system]",
      "anthropic-messages": "messages[role=system]",
    },
    elsewhere: emulated("is sent as a user's message that says it is a note of the system, at the same place"),
    on: {
      "anthropic-messages": emulated("is sent as a user's message that says it is a note of the system, at the same place"),
    },
  },
  firstTurn: {
    names: { "openai-chat": "messages[0]", "openai-responses": "input[0]", "cohere-chat": "messages[0]", "ollama-chat": "messages[0]" },
    elsewhere: emulated("gets a short user's message in front of it, because the provider wants the user to speak first"),
  },
  prefill: {
    names: { "anthropic-messages": "messages[last]", "gemini-content": "contents[last]", "openai-chat": "messages[last]", "openai-responses": "input[last]" },
    elsewhere: emulated("is followed by a user's message that asks to go on, because the model does not continue its own"),
  },
  image: {
    names: {
      "openai-chat": "messages[].content[].image_url",
      "openai-responses": "input[].content[].input_image",
      "anthropic-messages": "messages[].content[].image",
      "gemini-content": "contents[].parts[].inlineData",
      "bedrock-converse": "messages[].content[].image",
      "cohere-chat": "messages[].content[].image_url",
      "ollama-chat": "messages[].images",
    },
  },
  imageUrl: {
    names: {
      "openai-chat": "messages[].content[].image_url",
      "openai-responses": "input[].content[].input_image.image_url",
      "anthropic-messages": "messages[].content[].image.source.url",
      "gemini-content": "contents[].parts[].fileData",
      "cohere-chat": "messages[].content[].image_url",
    },
    elsewhere: refused("cannot be given by address to this provider; send the bytes instead"),
  },
  imageDetail: {
    names: { "openai-chat": "messages[].content[].image_url.detail", "openai-responses": "input[].content[].detail", "cohere-chat": "detail" },
    elsewhere: dropped("has no counterpart"),
  },
  document: {
    names: {
      "openai-chat": "messages[].content[].file",
      "openai-responses": "input[].content[].input_file",
      "anthropic-messages": "messages[].content[].document",
      "gemini-content": "contents[].parts[].inlineData",
      "bedrock-converse": "messages[].content[].document",
    },
    elsewhere: refused("cannot be sent to this provider"),
  },
  documentText: {
    names: { "anthropic-messages": "messages[].content[].document", "gemini-content": "contents[].parts[].inlineData", "bedrock-converse": "document" },
    elsewhere: emulated("is sent as plain text"),
  },
  documentTitle: {
    names: {
      "openai-chat": "messages[].content[].file.filename",
      "openai-responses": "input[].content[].filename",
      "anthropic-messages": "messages[].content[].title",
      "bedrock-converse": "document.name",
    },
    elsewhere: dropped("has no counterpart"),
  },
  documentUrl: {
    names: {
      "openai-responses": "input[].content[].file_url",
      "anthropic-messages": "messages[].content[].document.source.url",
      "gemini-content": "contents[].parts[].fileData",
    },
    elsewhere: refused("cannot be given by address to this provider; send the bytes instead"),
  },
  audio: {
    names: { "openai-chat": "messages[].content[].input_audio", "gemini-content": "contents[].parts[].inlineData" },
    elsewhere: refused("cannot be sent to this provider"),
  },
  video: {
    names: { "gemini-content": "contents[].parts[].inlineData", "bedrock-converse": "messages[].content[].video" },
    elsewhere: refused("cannot be sent to this provider"),
  },
  fileId: {
    names: {
      "openai-chat": "messages[].content[].file.file_id",
      "openai-responses": "input[].content[].file_id",
      "anthropic-messages": "messages[].content[].source.file_id",
      "gemini-content": "contents[].parts[].fileData",
    },
    abroad: refused("names a file that only the provider which stores it can read; send the bytes instead"),
  },
  refusal: {
    names: { "openai-chat": "messages[].refusal", "openai-responses": "input[].content[].refusal" },
    elsewhere: emulated("is sent as the assistant's text"),
  },
  thinking: {
    names: {
      "openai-chat": "messages[].reasoning_content",
      "openai-responses": "input[].reasoning",
      "anthropic-messages": "messages[].content[].thinking",
      "gemini-content": "contents[].parts[].thought",
      "bedrock-converse": "messages[].content[].reasoningContent",
      "cohere-chat": "messages[].content[].thinking",
      "ollama-chat": "messages[].thinking",
    },
    abroad: dropped("is left out, because only the provider and model that made it can take it back"),
  },
  nativePart: {
    names: {
      "openai-chat": "messages[].content[]",
      "openai-responses": "input[]",
      "anthropic-messages": "messages[].content[]",
      "gemini-content": "contents[].parts[]",
    },
    abroad: dropped("of this type means something on its own wire only, and is left out"),
  },
  citations: {
    names: {
      "openai-chat": "messages[].annotations",
      "openai-responses": "input[].content[].annotations",
      "anthropic-messages": "messages[].content[].citations",
    },
    abroad: dropped("of earlier answers are left out; the text stays"),
  },
  cacheMark: {
    names: { "anthropic-messages": "cache_control", "bedrock-converse": "cachePoint" },
    elsewhere: dropped("is left out: this provider caches prompts by itself, or not at all"),
  },
  resultMedia: {
    names: {
      "openai-responses": "input[].output",
      "anthropic-messages": "messages[].content[].tool_result.content[]",
      "gemini-content": "contents[].parts[].functionResponse.parts",
      "bedrock-converse": "toolResult.content[]",
    },
    elsewhere: emulated("follows in a user's message, because tool results are text on this wire"),
  },
  resultError: {
    names: {
      "anthropic-messages": "messages[].content[].tool_result.is_error",
      "gemini-content": "contents[].parts[].functionResponse.response.error",
      "bedrock-converse": "toolResult.status",
    },
    elsewhere: emulated('is said by the word "Error:" in front of the result'),
  },
  repairedResult: {
    names: {
      "openai-chat": "messages[role=tool]",
      "openai-responses": "input[].function_call_output",
      "anthropic-messages": "messages[].content[].tool_result",
      "gemini-content": "contents[].parts[].functionResponse",
    },
    abroad: emulated("did not match the calls, and was completed so that the provider takes the conversation"),
  },
  customTool: {
    names: { "openai-chat": "tools[].custom", "openai-responses": "tools[type=custom]" },
    elsewhere: emulated("is sent as a function with one text argument, and its calls are turned back"),
  },
  namespaceTool: {
    names: { "openai-responses": "tools[type=namespace]" },
    elsewhere: emulated("is sent as functions whose names carry the namespace, and their calls are turned back"),
  },
  nativeTool: {
    names: {
      "openai-chat": "tools[]",
      "openai-responses": "tools[]",
      "anthropic-messages": "tools[]",
      "gemini-content": "tools[]",
    },
    abroad: dropped("is run by the provider of its own wire only, and is left out"),
  },
  toolStrict: {
    names: { "openai-chat": "tools[].function.strict", "openai-responses": "tools[].strict", "anthropic-messages": "tools[].strict" },
    elsewhere: dropped("has no counterpart; the schema is sent"),
    on: { "anthropic-messages": dropped("is left out, because strict schemas differ between the two; the schema is sent") },
  },
  allowedTools: {
    names: {
      "openai-chat": "tool_choice.allowed_tools",
      "openai-responses": "tool_choice.tools",
      "gemini-content": "toolConfig.functionCallingConfig.allowedFunctionNames",
    },
    abroad: emulated("is obeyed by sending only those tools"),
  },
  toolChoice: {
    names: {
      "openai-chat": "tool_choice",
      "openai-responses": "tool_choice",
      "anthropic-messages": "tool_choice",
      "gemini-content": "toolConfig",
      "bedrock-converse": "toolConfig.toolChoice",
      "cohere-chat": "tool_choice",
    },
    elsewhere: dropped("has no counterpart"),
  },
  parallelTools: {
    names: {
      "openai-chat": "parallel_tool_calls",
      "openai-responses": "parallel_tool_calls",
      "anthropic-messages": "tool_choice.disable_parallel_tool_use",
    },
    elsewhere: dropped("has no counterpart"),
  },
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
    on: { "anthropic-messages": clamped("is at most 1 there"), "bedrock-converse": clamped("is at most 1 there"), "cohere-chat": clamped("is at most 1 there") },
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
    names: { "openai-chat": "seed", "gemini-content": "generationConfig.seed", "cohere-chat": "seed", "ollama-chat": "options.seed" },
    elsewhere: dropped("has no counterpart"),
  },
  presencePenalty: {
    names: { "openai-chat": "presence_penalty", "gemini-content": "generationConfig.presencePenalty", "cohere-chat": "presence_penalty", "ollama-chat": "options.presence_penalty" },
    elsewhere: dropped("has no counterpart"),
  },
  frequencyPenalty: {
    names: { "openai-chat": "frequency_penalty", "gemini-content": "generationConfig.frequencyPenalty", "cohere-chat": "frequency_penalty", "ollama-chat": "options.frequency_penalty" },
    elsewhere: dropped("has no counterpart"),
  },
  candidates: {
    names: { "openai-chat": "n", "gemini-content": "generationConfig.candidateCount" },
    abroad: refused("above 1 is only possible with a provider of the client's own protocol"),
  },
  logprobs: {
    names: { "openai-chat": "logprobs", "openai-responses": "top_logprobs", "gemini-content": "generationConfig.responseLogprobs" },
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

export type NeutralField = keyof typeof ROWS;
export const FIELD_MAP: Readonly<Record<NeutralField, FieldRow>> = ROWS;

const LOSSLESS: Ruling = { verdict: "lossless", note: "" };

/** What becomes of a field that comes from another wire. */
export function rulingFor(field: NeutralField, target: ProviderWire): Ruling {
  const row = FIELD_MAP[field];
  return row.abroad ?? row.on?.[target] ?? (row.names[target] === undefined ? (row.elsewhere ?? LOSSLESS) : LOSSLESS);
}
