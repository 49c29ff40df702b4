import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";
import { mayHold } from "../../../src-gateway/protocols/loose-json.ts";
import type { SseFrame } from "../../../src-gateway/protocols/sse/splitter.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";

const frame = (json: unknown, event: string | null = null): SseFrame => {
  const data = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  return { raw: data, event, data };
};
const usageOf = (wire: "openai-chat" | "openai-responses" | "anthropic-messages" | "gemini-content", answer: unknown) =>
  WIRES[wire].readAnswer(Buffer.from(JSON.stringify(answer)), "chat").usage;

describe("usage is counted one way", () => {
  it.each([
    [
      "a cached part inside the prompt",
      "openai-chat",
      { usage: { prompt_tokens: 100, completion_tokens: 9, prompt_tokens_details: { cached_tokens: 60 } } },
      { inputUncached: 40, cacheRead: 60, output: 9 },
    ],
    [
      "DeepSeek's hits and misses",
      "openai-chat",
      {
        usage: { prompt_tokens: 100, completion_tokens: 9, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      },
      { inputUncached: 36, cacheRead: 64, output: 9 },
    ],
    [
      "xAI's reasoning outside of the completion",
      "openai-chat",
      {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 5,
          total_tokens: 35,
          completion_tokens_details: { reasoning_tokens: 20 },
        },
      },
      { inputUncached: 10, output: 25, reasoning: 20 },
    ],
    [
      "reasoning inside the completion",
      "openai-chat",
      {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 25,
          total_tokens: 35,
          completion_tokens_details: { reasoning_tokens: 20 },
        },
      },
      { inputUncached: 10, output: 25, reasoning: 20 },
    ],
    [
      "more reasoning than there is output",
      "openai-chat",
      { usage: { prompt_tokens: 10, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 20 } } },
      { inputUncached: 10, output: 5, reasoning: 5 },
    ],
    [
      "Groq's own place",
      "openai-chat",
      { x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } },
      { inputUncached: 3, output: 4 },
    ],
    [
      "Moonshot's place inside the choice",
      "openai-chat",
      { choices: [{ usage: { prompt_tokens: 3, completion_tokens: 4 } }] },
      { inputUncached: 3, output: 4 },
    ],
    [
      "written and audio tokens",
      "openai-chat",
      {
        usage: {
          prompt_tokens: 50,
          completion_tokens: 8,
          prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 20, audio_tokens: 5 },
          completion_tokens_details: { audio_tokens: 3 },
        },
      },
      { inputUncached: 20, cacheRead: 10, cacheWrite5m: 20, output: 8, audioInput: 5, audioOutput: 3 },
    ],
    [
      "Anthropic's parts beside the input",
      "anthropic-messages",
      {
        usage: { input_tokens: 3, cache_creation_input_tokens: 12304, cache_read_input_tokens: 0, output_tokens: 550 },
      },
      { inputUncached: 3, cacheWrite5m: 12304, output: 550 },
    ],
    [
      "Anthropic's two lifetimes",
      "anthropic-messages",
      {
        usage: {
          input_tokens: 3,
          cache_creation_input_tokens: 30,
          cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
          output_tokens: 5,
        },
      },
      { inputUncached: 3, cacheWrite5m: 10, cacheWrite1h: 20, output: 5 },
    ],
    [
      "Gemini's thoughts beside the candidates",
      "gemini-content",
      {
        usageMetadata: {
          promptTokenCount: 50,
          cachedContentTokenCount: 20,
          toolUsePromptTokenCount: 7,
          candidatesTokenCount: 8,
          thoughtsTokenCount: 30,
        },
      },
      { inputUncached: 37, cacheRead: 20, output: 38, reasoning: 30 },
    ],
    [
      "snake_case of some back ends",
      "gemini-content",
      { usage_metadata: { prompt_token_count: 5, candidates_token_count: 2 } },
      { inputUncached: 5, output: 2 },
    ],
    [
      "an incomplete response",
      "openai-responses",
      {
        status: "incomplete",
        usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 4 }, output_tokens: 3 },
      },
      { inputUncached: 5, cacheRead: 4, output: 3 },
    ],
    ["zeros that stay zeros", "openai-chat", { usage: { prompt_tokens: 0, completion_tokens: 0 } }, {}],
    [
      "negative numbers of a confused provider",
      "openai-chat",
      { usage: { prompt_tokens: 5, completion_tokens: -3, prompt_tokens_details: { cached_tokens: 9 } } },
      { inputUncached: 0, cacheRead: 9, output: 0 },
    ],
  ] as const)("%s", (_name, wire, answer, expected) => {
    expect(usageOf(wire, answer)).toEqual({ ...NO_USAGE, ...expected });
  });

  it.each(WIRE_PROTOCOLS)("and is unknown, not zero, when %s does not report it", (wire) => {
    expect(usageOf(wire, { model: "m" })).toBeNull();
  });

  it("takes the last value of a stream and adds nothing up", () => {
    const reader = WIRES["anthropic-messages"].createStreamReader("messages");
    reader.push(
      frame(
        { type: "message_start", message: { model: "c", usage: { input_tokens: 3, output_tokens: 1 } } },
        "message_start",
      ),
    );
    reader.push(
      frame({ type: "message_delta", delta: {}, usage: { output_tokens: 5, input_tokens: null } }, "message_delta"),
    );
    reader.push(
      frame(
        { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
        "message_delta",
      ),
    );
    expect(reader.facts.usage).toEqual({ ...NO_USAGE, inputUncached: 3, output: 9 });
  });
});

describe("a stream reader", () => {
  it.each([
    ["error", { error: { message: "x" } }],
    ["opening", { choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }],
    ["opening", { choices: [], prompt_filter_results: [] }],
    ["usage-only", { choices: [], usage: { prompt_tokens: 1 } }],
    ["content", { choices: [{ index: 0, delta: { content: "a" } }] }],
    ["content", { choices: [{ index: 0, delta: { reasoning_content: "a" } }] }],
    ["content", { choices: [{ index: 0, delta: { tool_calls: [{ index: 0 }] } }] }],
    ["content", { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }],
    ["content", { choices: [{ index: 0, text: "a" }] }],
    ["end", "[DONE]"],
    ["opening", "not json"],
  ] as const)("takes for %s: %j", (kind, json) => {
    expect(WIRES["openai-chat"].createStreamReader("chat").push(frame(json))).toBe(kind);
  });

  it("counts nothing after [DONE]", () => {
    const reader = WIRES["openai-chat"].createStreamReader("chat");
    reader.push(frame("[DONE]"));
    reader.push(frame({ choices: [], usage: { prompt_tokens: 7 }, error: { message: "late" } }));
    expect(reader.facts).toMatchObject({ usage: null, error: null });
  });

  it("that skips chunks finds the same as one that reads them all", () => {
    const chunk = fc.oneof(
      fc.record({ choices: fc.constant([{ index: 0, delta: { content: 'say "usage": {} and "finish_reason"' } }]) }),
      fc.record({
        choices: fc.constant([{ index: 0, delta: { content: "x" }, finish_reason: null }]),
        usage: fc.constant(null),
      }),
      fc.record({ choices: fc.constant([{ index: 0, delta: {}, finish_reason: "stop" }]) }),
      fc.record({
        choices: fc.constant([]),
        usage: fc.record({ prompt_tokens: fc.nat(1000), completion_tokens: fc.nat(1000) }),
      }),
      fc.record({
        choices: fc.constant([{ index: 0, delta: { content: "x" } }]),
        x_groq: fc.record({ usage: fc.record({ prompt_tokens: fc.nat(9) }) }),
      }),
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), fc.integer({ min: 0, max: 2 }), (chunks, indent) => {
        const lazy = WIRES["openai-chat"].createStreamReader("chat");
        for (const each of chunks) lazy.push(frame(JSON.stringify(each, null, indent).replaceAll("\n", " ")));
        // A reader that has seen no content parses every chunk it is given.
        const facts = chunks.map((each) => {
          const eager = WIRES["openai-chat"].createStreamReader("chat");
          eager.push(frame(each));
          return eager.facts;
        });
        expect(lazy.facts.usage).toEqual(facts.findLast((each) => each.usage !== null)?.usage ?? null);
        expect(lazy.facts.finishReason).toEqual(
          facts.findLast((each) => each.finishReason !== null)?.finishReason ?? null,
        );
      }),
    );
  });

  it.each(WIRE_PROTOCOLS)("of %s never throws, whatever comes", (wire) => {
    const event = fc.option(
      fc.constantFrom("message_start", "message_delta", "error", "response.completed", "response.failed", "ping", "x"),
      { nil: null },
    );
    const data = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom(
        '{"choices":[null]}',
        '{"choices":{}}',
        '{"candidates":[null]}',
        '{"type":"message_start"}',
        '{"error":7}',
        "null",
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(event, data)), (frames) => {
        const reader = WIRES[wire].createStreamReader("chat");
        for (const [name, text] of frames) reader.push(frame(text, name));
        expect(typeof reader.end()).toBe("boolean");
      }),
    );
  });
});

describe("mayHold", () => {
  it("sees a key with a value, however it is spaced, and not its name inside a text", () => {
    const holds = (text: string) => mayHold(Buffer.from(text), Buffer.from('"usage"'));
    expect([
      holds('{"usage":{}}'),
      holds('{"usage" : 1}'),
      holds('{"usage":null}'),
      holds('{"a":"\\"usage\\":{}"}'),
      holds('{"a":["usage"]}'),
    ]).toEqual([true, true, false, false, false]);
  });
});
