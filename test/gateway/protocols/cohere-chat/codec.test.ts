import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { NO_USAGE } from "../../../../src-gateway/ir/usage.ts";
import { cohereChatCodec, providerPath } from "../../../../src-gateway/protocols/cohere-chat/codec.ts";
import { decodeError } from "../../../../src-gateway/protocols/cohere-chat/error.ts";
import type { JsonObject } from "../../../../src-gateway/protocols/loose-json.ts";
import { createSseSplitter } from "../../../../src-gateway/protocols/sse/splitter.ts";
import { encodeTarget, irRequest, turn } from "../../../support/ir-request.ts";

const encode = (request: IrRequest) => cohereChatCodec.encodeRequest(request, encodeTarget("command-a-03-2025"));
const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/cohere-chat/${name}`, import.meta.url), "utf8");
const answerOf = (name: string) =>
  cohereChatCodec.decodeAnswer(JSON.parse(fixture(`${name}.answer.json`)) as JsonObject);

function decode(text: string): IrEvent[] {
  const splitter = createSseSplitter();
  const decoder = cohereChatCodec.createStreamDecoder();
  const frames = [...splitter.push(Buffer.from(text)), ...splitter.finish()];
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}
const stream = (...events: unknown[]): IrEvent[] =>
  decode(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
const text = (index: number, piece: string) => ({
  type: "content-delta",
  index,
  delta: { message: { content: { text: piece } } },
});
const end = (delta: unknown) => ({ type: "message-end", delta });

describe("a request to Cohere", () => {
  it("says all that was asked in Cohere's words", () => {
    const turns = [
      turn("system", "Be brief."),
      turn("user", "Look", "here"),
      turn(
        "user",
        { kind: "image", blob: { data: "iVBORw==", mime: "image/png" }, detail: "low" },
        { kind: "image", blob: { url: "https://x.example/a.png" } },
        "and there",
      ),
      turn(
        "assistant",
        { kind: "thinking", text: "I ask.", opaque: { wire: "cohere-chat", value: "" } },
        { kind: "thinking", text: "Not mine.", opaque: { wire: "gemini-content", value: "x" } },
        { kind: "call", id: "a", name: "weather", args: '{"city": "Bern"}' },
        { kind: "call", id: "b", name: "now", args: "" },
        { kind: "call", id: "c", name: "now", args: "[1" },
      ),
      turn(
        "user",
        { kind: "result", id: "a", name: "weather", parts: [{ kind: "text", text: "rain" }], isError: false },
        { kind: "result", id: "b", parts: [], isError: false },
        { kind: "result", id: "c", parts: [{ kind: "text", text: "" }], isError: false },
        "Well?",
      ),
      turn("assistant", { kind: "thinking", text: "Easy." }, "Take an umbrella."),
      turn("assistant", "", { kind: "thinking", text: "" }),
    ];
    const request = irRequest(turns, {
      stream: true,
      tools: [{ kind: "function", name: "weather", description: "Weather", schema: { type: "object" } }],
      toolChoice: { mode: "required" },
      temperature: 0.1,
      topP: 0.2,
      topK: 3,
      seed: 4,
      maxOutputTokens: 5,
      stop: ["x"],
      presencePenalty: 0.6,
      frequencyPenalty: 0.7,
      output: { kind: "schema", schema: { type: "object" } },
      reasoning: { effort: "low" },
    });
    const call = (id: string, name: string, args: string) => ({
      id,
      type: "function",
      function: { name, arguments: args },
    });
    expect(providerPath("command-a-03-2025", false)).toBe("/v2/chat");
    expect(encode(request)).toEqual({
      model: "command-a-03-2025",
      stream: true,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Look\n\nhere" },
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw==", detail: "low" } },
            { type: "image_url", image_url: { url: "https://x.example/a.png" } },
            { type: "text", text: "and there" },
          ],
        },
        {
          role: "assistant",
          tool_plan: "I ask.",
          tool_calls: [
            call("a", "weather", '{"city": "Bern"}'),
            call("b", "now", "{}"),
            call("c", "now", '{"_raw":"[1"}'),
          ],
        },
        { role: "tool", tool_call_id: "a", content: "rain" },
        { role: "tool", tool_call_id: "b", content: "(no output)" },
        { role: "tool", tool_call_id: "c", content: "(no output)" },
        { role: "user", content: "Well?" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Easy." },
            { type: "text", text: "Take an umbrella." },
          ],
        },
      ],
      tools: [
        { type: "function", function: { name: "weather", description: "Weather", parameters: { type: "object" } } },
      ],
      tool_choice: "REQUIRED",
      response_format: { type: "json_object", json_schema: { type: "object" } },
      max_tokens: 5,
      stop_sequences: ["x"],
      temperature: 0.1,
      p: 0.2,
      k: 3,
      seed: 4,
      presence_penalty: 0.6,
      frequency_penalty: 0.7,
      thinking: { type: "enabled", token_budget: 2048 },
    });
  });

  it("asks for nothing that was not asked for", () => {
    const request = irRequest([turn("user", "Hi")], { toolChoice: { mode: "required" }, output: { kind: "text" } });
    expect(encode(request)).toEqual({
      model: "command-a-03-2025",
      stream: false,
      messages: [{ role: "user", content: "Hi" }],
    });
  });

  it.each([
    [{ mode: "auto" }, undefined, ["a", "b"]],
    [{ mode: "none" }, "NONE", ["a", "b"]],
    [{ mode: "named", name: "b" }, "REQUIRED", ["b"]],
    [{ mode: "required", allowed: ["a"] }, "REQUIRED", ["a"]],
  ] as const)("obeys the tool choice %j", (toolChoice, word, names) => {
    const tools: IrRequest["tools"] = [
      { kind: "function", name: "a" },
      { kind: "function", name: "b" },
    ];
    const body = encode(
      irRequest([turn("user", "Hi")], { tools, toolChoice: toolChoice as IrRequest["toolChoice"] & {} }),
    );
    expect(body["tool_choice"]).toBe(word);
    expect((body["tools"] as { function: { name: string } }[]).map((tool) => tool.function.name)).toEqual(names);
  });

  it.each([
    [{ effort: "none" }, { type: "disabled" }],
    [{ mode: "off" }, { type: "disabled" }],
    [{ effort: "max" }, { type: "enabled" }],
    [{ budgetTokens: 700 }, { type: "enabled", token_budget: 700 }],
    [{ show: "full" }, undefined],
  ] as const)("asks to think: %j", (reasoning, expected) => {
    expect(encode(irRequest([turn("user", "Hi")], { reasoning }))["thinking"]).toEqual(expected);
  });

  it("asks for JSON without a schema, and refuses files", () => {
    expect(encode(irRequest([turn("user", "Hi")], { output: { kind: "json" } }))["response_format"]).toEqual({
      type: "json_object",
    });
    const file = { kind: "document", blob: { data: "AA==", mime: "application/pdf" } } as const;
    expect(() => encode(irRequest([turn("user", file)]))).toThrow("takes no document");
  });
});

describe("an answer of Cohere", () => {
  it("has its plan as a thought, and the tokens that the model saw", () => {
    expect(answerOf("plan-tools")).toEqual({
      id: "29f14a5a-11de-4cae-9800-25e4747408ea",
      model: null,
      parts: [
        { kind: "thinking", text: "I will look up Zürich." },
        { kind: "call", id: "weather_a1", name: "weather", args: '{"city":"Zürich"}' },
        { kind: "call", id: "now_b2", name: "now", args: "" },
      ],
      finish: { reason: "tool_calls", raw: "TOOL_CALL" },
      usage: { ...NO_USAGE, inputUncached: 27, cacheRead: 1200, output: 63 },
    });
  });

  it("has its citations on the text, one for each source that tells something", () => {
    expect(answerOf("thinking-cited")).toMatchObject({
      parts: [
        { kind: "thinking", text: "Who sang it?" },
        {
          kind: "text",
          text: "The tallest penguin is the Emperor.",
          citations: [
            {
              start: 27,
              end: 34,
              url: "https://birds.example/penguins",
              title: "Penguins",
              quoted: "Emperor penguins are the tallest.",
            },
            { start: 4, end: 11 },
          ],
        },
      ],
      finish: { reason: "stop" },
      usage: { inputUncached: 5, output: 9 },
    });
  });

  it.each(["plan-tools", "thinking-cited"])("is the same when it streams: %s", (name) => {
    expect(collectAnswer(decode(fixture(`${name}.sse`)))).toEqual(answerOf(name));
  });

  it.each([
    ["COMPLETE", "stop"],
    ["STOP_SEQUENCE", "stop_sequence"],
    ["MAX_TOKENS", "length"],
    ["TOOL_CALL", "stop"],
    ["NEW_WORD", "stop"],
  ])("that ended with %s has the finish %s", (word, reason) => {
    const message = { content: "x" };
    expect(cohereChatCodec.decodeAnswer({ message, finish_reason: word }).finish).toEqual({ reason, raw: word });
    expect(collectAnswer(stream(text(0, "x"), end({ finish_reason: word }))).finish).toEqual({ reason, raw: word });
  });

  it.each([
    [{ finish_reason: "ERROR", error: "it broke" }, "provider_error", "it broke"],
    [{ finish_reason: "ERROR" }, "provider_error", "gave no reason"],
    [{ finish_reason: "TIMEOUT" }, "provider_timeout", "too long"],
  ])("that ended with %j is an error, whole and in a stream", (said, code, words) => {
    const error = expect.objectContaining({ code, message: expect.stringContaining(words) });
    expect(() => cohereChatCodec.decodeAnswer({ ...said, message: { content: [] } })).toThrow(error);
    expect(stream(text(0, "x"), end(said)).slice(-2)).toEqual([{ type: "part-end" }, { type: "error", error }]);
  });

  it("that is an error in the clothes of a success is thrown, and one in a stream ends it", () => {
    expect(() => cohereChatCodec.decodeAnswer({ message: "invalid request: x" })).toThrow("invalid request: x");
    for (const said of [
      { message: "internal server error" },
      { type: "error", error: { message: "overloaded_error" } },
    ]) {
      expect(stream(said, end({ finish_reason: "COMPLETE" })).map(({ type }) => type)).toEqual(["start", "error"]);
    }
  });

  it("that is cut is an error", () => {
    expect(stream(text(0, "x")).at(-1)).toEqual({
      type: "error",
      error: expect.objectContaining({ code: "provider_cut" }),
    });
  });

  it("that is refused names its reason", () => {
    const body = Buffer.from('{"id":"1","message":"too many tokens: the prompt cannot exceed 4081"}');
    expect(decodeError(400, {}, body).code).toBe("context_length_exceeded");
  });

  it("keeps to the grammar whatever comes", () => {
    const types = ["content-start", "content-delta", "content-end", "citation-start", "tool-plan-delta"];
    const event = fc.record({
      type: fc.constantFrom(...types, "tool-call-start", "tool-call-delta", "tool-call-end", "message-end", "x"),
      index: fc.option(fc.nat(2)),
      delta: fc.constantFrom(
        { message: { content: { text: "x" } } },
        { message: { content: { thinking: "y" }, tool_plan: "z" } },
        { message: { tool_calls: [{ id: 3, function: { name: "f", arguments: { a: 1 } } }] } },
        { message: { tool_calls: { function: { arguments: "{" } }, citations: [{ content_index: 1 }, 7] } },
        { finish_reason: "COMPLETE" },
        null,
      ),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 15 }), (events) => {
        const words = stream(...events).map(({ type }) => type);
        expect(`${words.join(" ")} `).toMatch(
          /^start (?:part-start (?:(?:delta|citation) )*part-end )*(?:end|error) $/,
        );
      }),
      { numRuns: 300 },
    );
  });
});
