import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";

const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e300, "", "stop", "é", [], {}, [1], { type: "x" }),
  fc.array(fc.constantFrom(1, "a", null, { finish_reason: "x" }), { maxLength: 2 }),
);
const count = fc.nat(3_000);
const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, fc.oneof({ arbitrary: value, weight: 4 }, junk)]),
    ),
    { requiredKeys: [] },
  );
const text = fc.constantFrom(
  "stop",
  "completed",
  "failed",
  "incomplete",
  "mock-model",
  "priority",
  "default",
  "search",
);
const error = some({ type: text, code: text, message: text, status: text });
const inner = some({ cached_tokens: count, cache_write_tokens: count, audio_tokens: count, reasoning_tokens: count });
const chatUsage = some({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: inner,
  completion_tokens_details: inner,
  prompt_cache_hit_tokens: count,
  cache_write_tokens: count,
});
const message = some({ role: text, content: fc.string(), error });

const details = fc.array(some({ modality: fc.constantFrom("AUDIO", "IMAGE", "TEXT"), tokenCount: count }), {
  maxLength: 2,
});

const ANSWERS = {
  "gemini-content": some({
    modelVersion: text,
    model_version: text,
    candidates: fc.array(some({ content: message, finishReason: text, finish_reason: text }), { maxLength: 2 }),
    promptFeedback: some({ blockReason: text }),
    usageMetadata: some({
      promptTokenCount: count,
      cachedContentTokenCount: count,
      candidatesTokenCount: count,
      thoughtsTokenCount: count,
      promptTokensDetails: details,
      candidatesTokensDetails: details,
      toolUsePromptTokensDetails: details,
      cacheTokensDetails: details,
      serviceTier: text,
      trafficType: text,
    }),
    error,
  }),
  "openai-chat": some({
    id: text,
    model: text,
    choices: fc.array(some({ index: count, message, finish_reason: text, usage: chatUsage }), { maxLength: 3 }),
    usage: chatUsage,
    x_groq: some({ id: text, usage: chatUsage }),
    service_tier: text,
    error,
    base_resp: some({ status_code: count, status_msg: text }),
  }),
  "openai-responses": some({
    model: text,
    status: text,
    incomplete_details: some({ reason: text }),
    usage: some({
      input_tokens: count,
      output_tokens: count,
      input_tokens_details: inner,
      output_tokens_details: inner,
      total_tokens: count,
    }),
    service_tier: text,
    output: fc.array(
      some({
        type: fc.constantFrom("web_search_call", "file_search_call", "message"),
        status: text,
        action: some({ type: text }),
        content: fc.array(message, { maxLength: 2 }),
      }),
      { maxLength: 3 },
    ),
    error,
  }),
  "anthropic-messages": some({
    type: fc.constantFrom("message", "error"),
    model: text,
    content: fc.array(message, { maxLength: 2 }),
    stop_reason: text,
    usage: some({
      input_tokens: count,
      output_tokens: count,
      cache_read_input_tokens: count,
      cache_creation_input_tokens: count,
      cache_creation: some({ ephemeral_1h_input_tokens: count, ephemeral_5m_input_tokens: count }),
      output_tokens_details: some({ thinking_tokens: count }),
      server_tool_use: some({ web_search_requests: count }),
      service_tier: text,
      speed: text,
    }),
    error,
    message: text,
    request_id: text,
  }),
};

/** Of the same shape, with other texts and numbers. */
function varied(value: unknown, texts: readonly string[], numbers: readonly number[]): unknown {
  let n = 0;
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") return texts[n++ % texts.length];
    if (typeof each === "number") return numbers[n++ % numbers.length];
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, member]) => [name, walk(member)]));
  };
  return walk(value);
}

const texts = fc.array(
  fc.oneof(text, fc.string(), fc.constantFrom("", "error", "message", '\n"', "é", "x".repeat(99))),
  {
    minLength: 1,
  },
);
const numbers = fc.array(fc.oneof(count, fc.constantFrom(-1, 0.5, 1e20, 123456789012345)), { minLength: 1 });
/** A name that no shape has is put in front, so that all of it is parsed. */
let strangers = 0;
const strange = (plain: string): string =>
  plain.replace(/^\{(?=.)/, `{"x${strangers++}":${plain === "{}" ? "0" : "0,"}`);

describe.each([
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini-content",
] as const)("an answer of %s", (wire) => {
  const read = (bytes: string): unknown => WIRES[wire].readAnswer(Buffer.from(bytes), "chat");

  it("is read as the same whether it is like one before or like none", () => {
    fc.assert(
      fc.property(
        ANSWERS[wire],
        fc.array(fc.tuple(texts, numbers), { maxLength: 4 }),
        fc.nat(2),
        (answer, others, indent) => {
          const all = [answer, ...others.map(([words, counts]) => varied(answer, words, counts))];
          for (const each of [...all, ...all.toReversed()]) {
            const plain = JSON.stringify(each, null, indent);
            expect(read(plain)).toEqual(read(strange(plain)));
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
