import { describe, expect, it } from "vitest";
import { createCollector } from "../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../src-gateway/ir/json.ts";
import {
  PROVIDER_WIRES,
  type ProviderWire,
  WIRE_PROTOCOLS,
  type WireProtocol,
} from "../../../src-gateway/ir/protocol.ts";
import { NO_USAGE, type Usage } from "../../../src-gateway/ir/usage.ts";
import { PROVIDER_SPEECH } from "../../../src-gateway/protocols/provider-speech.ts";
import { decodeStream } from "../../support/codec-streams.ts";
import { streamAnswer, translateAnswer, translateStream } from "../../support/translate.ts";
import { lastReport, READ, STREAM, WHOLE } from "../../support/usage-wires.ts";

/** What is counted, and what a client of each wire reads of it. All of it worked out by hand. */
interface Counted extends Record<WireProtocol, number[]> {
  facts: Partial<Usage>;
}

/** 3 tokens of new input, 12304 written to the cache, none read, 550 of output. */
const WRITTEN: Counted = {
  facts: { inputUncached: 3, cacheWrite5m: 12_304, output: 550 },
  "openai-chat": [12_307, 550, 12_857, 0, 12_304, 0],
  "openai-responses": [12_307, 550, 12_857, 0, 12_304, 0],
  "anthropic-messages": [3, 12_304, 0, 12_304, 0, 550, 0],
  "gemini-content": [12_307, 550, 12_857, 0, 0],
};
/** The same from a provider that does not tell what it wrote. */
const UNWRITTEN: Counted = {
  facts: { inputUncached: 12_307, output: 550 },
  "openai-chat": [12_307, 550, 12_857, 0, 0, 0],
  "openai-responses": [12_307, 550, 12_857, 0, 0, 0],
  "anthropic-messages": [12_307, 0, 0, 0, 0, 550, 0],
  "gemini-content": [12_307, 550, 12_857, 0, 0],
};
/** 1200 tokens of input, 200 of them from the cache; 300 of output, 120 of them thoughts. */
const THOUGHT: Counted = {
  facts: { inputUncached: 1_000, cacheRead: 200, output: 300, reasoning: 120 },
  "openai-chat": [1_200, 300, 1_500, 200, 0, 120],
  "openai-responses": [1_200, 300, 1_500, 200, 0, 120],
  "anthropic-messages": [1_000, 0, 200, 0, 0, 300, 120],
  "gemini-content": [1_200, 180, 1_500, 200, 120],
};
/** The same without a word about thoughts. */
const UNTHOUGHT: Counted = {
  facts: { inputUncached: 1_000, cacheRead: 200, output: 300 },
  "openai-chat": [1_200, 300, 1_500, 200, 0, 0],
  "openai-responses": [1_200, 300, 1_500, 200, 0, 0],
  "anthropic-messages": [1_000, 0, 200, 0, 0, 300, 0],
  "gemini-content": [1_200, 300, 1_500, 200, 0],
};
const PLAIN: Counted = {
  facts: { inputUncached: 1_200, output: 300 },
  "openai-chat": [1_200, 300, 1_500, 0, 0, 0],
  "openai-responses": [1_200, 300, 1_500, 0, 0, 0],
  "anthropic-messages": [1_200, 0, 0, 0, 0, 300, 0],
  "gemini-content": [1_200, 300, 1_500, 0, 0],
};
/** 10 new, 5 read, 20 written for five minutes and 40 for an hour, 7 of output. */
const HOUR: Counted = {
  facts: { inputUncached: 10, cacheRead: 5, cacheWrite5m: 20, cacheWrite1h: 40, output: 7 },
  "openai-chat": [75, 7, 82, 5, 60, 0],
  "openai-responses": [75, 7, 82, 5, 60, 0],
  "anthropic-messages": [10, 60, 5, 20, 40, 7, 0],
  "gemini-content": [75, 7, 82, 5, 0],
};
/** OpenAI's servers do not tell for how long they wrote. */
const SOME_TIME: Counted = {
  ...HOUR,
  facts: { inputUncached: 10, cacheRead: 5, cacheWrite5m: 60, output: 7 },
  "anthropic-messages": [10, 60, 5, 60, 0, 7, 0],
};

const input = (cached_tokens: number, cache_write_tokens: number): JsonObject => ({
  cached_tokens,
  cache_write_tokens,
});

const VECTORS: [provider: ProviderWire, says: JsonObject, counted: Counted][] = [
  [
    "openai-chat",
    { prompt_tokens: 12_307, completion_tokens: 550, total_tokens: 12_857, prompt_tokens_details: input(0, 12_304) },
    WRITTEN,
  ],
  [
    "openai-chat",
    {
      prompt_tokens: 1_200,
      completion_tokens: 300,
      total_tokens: 1_500,
      prompt_tokens_details: { cached_tokens: 200 },
      completion_tokens_details: { reasoning_tokens: 120 },
    },
    THOUGHT,
  ],
  // DeepSeek's words.
  [
    "openai-chat",
    { prompt_tokens: 1_200, completion_tokens: 300, prompt_cache_hit_tokens: 200, prompt_cache_miss_tokens: 1_000 },
    UNTHOUGHT,
  ],
  // xAI leaves the thoughts out of the completion.
  [
    "openai-chat",
    {
      prompt_tokens: 1_200,
      completion_tokens: 180,
      total_tokens: 1_500,
      prompt_tokens_details: { cached_tokens: 200 },
      completion_tokens_details: { reasoning_tokens: 120 },
    },
    THOUGHT,
  ],
  ["openai-chat", { prompt_tokens: 75, completion_tokens: 7, prompt_tokens_details: input(5, 60) }, SOME_TIME],
  [
    "openai-responses",
    { input_tokens: 12_307, input_tokens_details: input(0, 12_304), output_tokens: 550, total_tokens: 12_857 },
    WRITTEN,
  ],
  [
    "openai-responses",
    {
      input_tokens: 1_200,
      output_tokens: 300,
      total_tokens: 1_500,
      input_tokens_details: { cached_tokens: 200 },
      output_tokens_details: { reasoning_tokens: 120 },
    },
    THOUGHT,
  ],
  ["openai-responses", { input_tokens: 75, output_tokens: 7, input_tokens_details: input(5, 60) }, SOME_TIME],
  [
    "anthropic-messages",
    { input_tokens: 3, cache_creation_input_tokens: 12_304, cache_read_input_tokens: 0, output_tokens: 550 },
    WRITTEN,
  ],
  [
    "anthropic-messages",
    {
      input_tokens: 1_000,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: 200,
      output_tokens: 300,
      output_tokens_details: { thinking_tokens: 120 },
    },
    THOUGHT,
  ],
  [
    "anthropic-messages",
    {
      input_tokens: 10,
      cache_creation_input_tokens: 60,
      cache_read_input_tokens: 5,
      output_tokens: 7,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 40 },
    },
    HOUR,
  ],
  ["gemini-content", { promptTokenCount: 12_307, candidatesTokenCount: 550, totalTokenCount: 12_857 }, UNWRITTEN],
  [
    "gemini-content",
    {
      promptTokenCount: 1_200,
      cachedContentTokenCount: 200,
      candidatesTokenCount: 180,
      thoughtsTokenCount: 120,
      totalTokenCount: 1_500,
    },
    THOUGHT,
  ],
  // What its tools read counts as input, too.
  [
    "gemini-content",
    {
      promptTokenCount: 1_100,
      toolUsePromptTokenCount: 100,
      cachedContentTokenCount: 200,
      candidatesTokenCount: 180,
      thoughtsTokenCount: 120,
    },
    THOUGHT,
  ],
  [
    "bedrock-converse",
    { inputTokens: 3, cacheWriteInputTokens: 12_304, cacheReadInputTokens: 0, outputTokens: 550, totalTokens: 12_857 },
    WRITTEN,
  ],
  ["bedrock-converse", { inputTokens: 1_000, cacheReadInputTokens: 200, outputTokens: 300 }, UNTHOUGHT],
  [
    "bedrock-converse",
    {
      inputTokens: 10,
      cacheReadInputTokens: 5,
      cacheWriteInputTokens: 60,
      outputTokens: 7,
      cacheDetails: [
        { ttl: "5m", inputTokens: 20 },
        { ttl: "1h", inputTokens: 40 },
      ],
    },
    HOUR,
  ],
  ["cohere-chat", { tokens: { input_tokens: 12_307, output_tokens: 550 } }, UNWRITTEN],
  [
    "cohere-chat",
    {
      tokens: { input_tokens: 1_200, output_tokens: 300 },
      billed_units: { input_tokens: 20, output_tokens: 10 },
      cached_tokens: 200,
    },
    UNTHOUGHT,
  ],
  ["ollama-chat", { prompt_eval_count: 12_307, eval_count: 550 }, UNWRITTEN],
  ["ollama-chat", { prompt_eval_count: 1_200, eval_count: 300 }, PLAIN],
];

it("counts answers of every provider", () => {
  expect(new Set(VECTORS.map(([provider]) => provider))).toEqual(new Set(PROVIDER_WIRES));
});

describe.each(VECTORS)("what %s counts, %j,", (provider, says, counted) => {
  const { codec } = PROVIDER_SPEECH[provider];
  const whole = WHOLE[provider](says);
  const stream = STREAM[provider](says);

  it("stands so in the ledger, whole or streamed", () => {
    const facts = { ...NO_USAGE, ...counted.facts };
    expect(codec.decodeAnswer(whole).usage).toEqual(facts);
    const collector = createCollector();
    for (const event of decodeStream(provider, stream)) collector.push(event);
    expect(collector.answer().usage).toEqual(facts);
  });

  // The provider's own clients get its own words.
  it.each(
    WIRE_PROTOCOLS.filter((client) => client !== provider),
  )("is what a client of %s reads, whole or streamed", (client) => {
    const answer = codec.decodeAnswer(whole);
    const read = READ[client];
    expect(read(translateAnswer(answer, provider, client))).toEqual(counted[client]);
    const relayed = translateStream(decodeStream(provider, stream), provider, client);
    expect(read(lastReport(relayed))).toEqual(counted[client]);
    expect(read(lastReport(streamAnswer(answer, provider, client)))).toEqual(counted[client]);
  });
});
