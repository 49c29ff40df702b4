import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { collectAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { NO_USAGE } from "../../../../src-gateway/ir/usage.ts";
import type { JsonObject } from "../../../../src-gateway/protocols/loose-json.ts";
import { ollamaChatCodec, providerPath } from "../../../../src-gateway/protocols/ollama-chat/codec.ts";
import { decodeError } from "../../../../src-gateway/protocols/ollama-chat/error.ts";
import { createNdjsonSplitter } from "../../../../src-gateway/protocols/ollama-chat/ndjson.ts";
import { encodeTarget, irRequest, turn } from "../../../support/ir-request.ts";

const encode = (request: IrRequest, model = "qwen3:8b") => ollamaChatCodec.encodeRequest(request, encodeTarget(model));
const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/ollama-chat/${name}`, import.meta.url));

function decode(bytes: Buffer | string): IrEvent[] {
  const splitter = createNdjsonSplitter();
  const decoder = ollamaChatCodec.createStreamDecoder();
  const frames = [...splitter.push(Buffer.from(bytes as string)), ...splitter.finish()];
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}
const stream = (...lines: unknown[]): IrEvent[] => decode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

describe("a request to Ollama", () => {
  it("says all that was asked in Ollama's words", () => {
    const turns = [
      turn("system", "Be brief."),
      turn("user", "Look:", "and say", { kind: "image", blob: { data: "iVBORw==", mime: "image/png" } }),
      turn(
        "assistant",
        { kind: "thinking", text: "Hm.", opaque: { wire: "ollama-chat", value: "" } },
        { kind: "thinking", text: "Not mine.", opaque: { wire: "anthropic-messages", value: "x" } },
        "I ask.",
        { kind: "call", id: "a", name: "weather", args: '{"city":"Bern"}' },
        { kind: "call", id: "", name: "now", args: "" },
      ),
      turn(
        "user",
        { kind: "result", id: "a", name: "weather", parts: [{ kind: "text", text: "rain" }], isError: false },
        { kind: "result", id: "", name: "now", parts: [], isError: false },
        "Well?",
      ),
    ];
    const request = irRequest(turns, {
      stream: true,
      tools: [{ kind: "function", name: "weather", description: "Weather", schema: { type: "object" } }],
      temperature: 0.1,
      topP: 0.2,
      topK: 3,
      seed: 4,
      maxOutputTokens: 5,
      stop: ["x"],
      presencePenalty: 0.6,
      frequencyPenalty: 0.7,
      output: { kind: "schema", schema: { type: "object" } },
      reasoning: { effort: "high" },
    });
    expect(providerPath("qwen3:8b", true)).toBe("/api/chat");
    expect(encode(request)).toEqual({
      model: "qwen3:8b",
      stream: true,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Look:\n\nand say", images: ["iVBORw=="] },
        {
          role: "assistant",
          content: "I ask.",
          thinking: "Hm.",
          tool_calls: [
            { id: "a", function: { name: "weather", arguments: { city: "Bern" } } },
            { function: { name: "now", arguments: {} } },
          ],
        },
        { role: "tool", content: "rain", tool_name: "weather", tool_call_id: "a" },
        { role: "tool", content: "", tool_name: "now" },
        { role: "user", content: "Well?" },
      ],
      tools: [
        { type: "function", function: { name: "weather", description: "Weather", parameters: { type: "object" } } },
      ],
      format: { type: "object" },
      think: true,
      options: {
        temperature: 0.1,
        top_p: 0.2,
        top_k: 3,
        seed: 4,
        num_predict: 5,
        stop: ["x"],
        presence_penalty: 0.6,
        frequency_penalty: 0.7,
      },
    });
  });

  it("says that it wants no stream, and nothing that was not asked for", () => {
    expect(encode(irRequest([turn("user", "Hi"), turn("assistant", "")], { output: { kind: "text" } }))).toEqual({
      model: "qwen3:8b",
      stream: false,
      messages: [{ role: "user", content: "Hi" }],
    });
  });

  it.each([
    ["qwen3:8b", { effort: "low" }, true],
    ["qwen3:8b", { effort: "none" }, false],
    ["qwen3:8b", { mode: "off" }, false],
    ["qwen3:8b", { budgetTokens: 0 }, false],
    ["qwen3:8b", { show: "none" }, undefined],
    ["gpt-oss:20b", { effort: "minimal" }, "low"],
    ["gpt-oss:20b", { effort: "medium" }, "medium"],
    ["gpt-oss:20b", { effort: "max" }, "high"],
    ["gpt-oss:20b", { effort: "none" }, "low"],
  ] as const)("tells %s how to think: %j", (model, reasoning, think) => {
    expect(encode(irRequest([turn("user", "Hi")], { reasoning }), model)["think"]).toBe(think);
  });

  it("obeys a choice of tools as far as leaving tools out goes, and gives each a schema", () => {
    const tools: IrRequest["tools"] = [
      { kind: "function", name: "a" },
      { kind: "function", name: "b" },
    ];
    const of = (toolChoice: IrRequest["toolChoice"]) =>
      encode(irRequest([turn("user", "Hi")], { tools, ...(toolChoice ? { toolChoice } : {}) }))["tools"];
    const a = { type: "function", function: { name: "a", parameters: { type: "object", properties: {} } } };
    expect(of({ mode: "auto", allowed: ["a"] })).toEqual([a]);
    expect(of({ mode: "required" })).toHaveLength(2);
    expect(of({ mode: "none" })).toBeUndefined();
  });

  it("asks for JSON", () => {
    expect(encode(irRequest([turn("user", "Hi")], { output: { kind: "json" } }))["format"]).toBe("json");
  });

  it.each([
    [{ kind: "image", blob: { url: "https://x.example/a.png" } }, "base64"],
    [{ kind: "audio", blob: { data: "AA==", mime: "audio/wav" } }, "takes no audio"],
  ] as const)("refuses %j", (part, words) => {
    expect(() => encode(irRequest([turn("user", part)]))).toThrow(
      expect.objectContaining({ code: "unsupported_operation", message: expect.stringContaining(words) }),
    );
  });
});

describe("an answer of Ollama", () => {
  const whole = ollamaChatCodec.decodeAnswer(
    JSON.parse(fixture("thinking-tools.answer.json").toString()) as JsonObject,
  );

  it("is read whole, and calls decide over the word stop", () => {
    expect(whole).toEqual({
      id: null,
      model: "qwen3:8b",
      parts: [
        { kind: "thinking", text: "The user wants the weather." },
        { kind: "text", text: "Ich sehe nach: Zürich ⛅" },
        { kind: "call", id: "", name: "weather", args: '{"city":"Zürich"}' },
        { kind: "call", id: "call_x1", name: "now", args: "{}" },
      ],
      finish: { reason: "tool_calls", raw: "stop" },
      usage: { ...NO_USAGE, inputUncached: 26, output: 83 },
    });
  });

  it("is the same when it streams", () => {
    expect(collectAnswer(decode(fixture("thinking-tools.ndjson")))).toEqual(whole);
  });

  it("may end early, without a reason or without counts", () => {
    const message = { role: "assistant", content: "x" };
    const length = { model: "m", message, done: true, done_reason: "length", eval_count: 3 };
    expect(ollamaChatCodec.decodeAnswer(length)).toMatchObject({ finish: { reason: "length" }, usage: { output: 3 } });
    expect(ollamaChatCodec.decodeAnswer({ message })).toMatchObject({
      model: null,
      finish: { reason: "stop", raw: null },
      usage: null,
    });
    expect(stream(length).at(-1)).toMatchObject({ type: "end", finish: { reason: "length" } });
  });

  it("begins a new part when thoughts and text take turns", () => {
    const say = (message: unknown, done = false) => ({ model: "m", message, done });
    const answer = collectAnswer(
      stream(
        say({ content: "a", thinking: "1" }),
        say({ thinking: "2" }),
        say({ thinking: "3", tool_calls: [{ function: { name: "f", arguments: '{"x":1}' } }] }),
        say({ content: "b" }),
        say({ content: "" }, true),
      ),
    );
    expect(answer.parts).toEqual([
      { kind: "thinking", text: "1" },
      { kind: "text", text: "a" },
      { kind: "thinking", text: "23" },
      { kind: "call", id: "", name: "f", args: '{"x":1}' },
      { kind: "text", text: "b" },
    ]);
  });

  it("that breaks down is an error, whole and in a stream", () => {
    expect(() => ollamaChatCodec.decodeAnswer({ error: "it broke" })).toThrow(
      expect.objectContaining({ code: "provider_error", message: "it broke" }),
    );
    expect(decode(fixture("broken.ndjson")).slice(-2)).toEqual([
      { type: "part-end" },
      { type: "error", error: expect.objectContaining({ code: "provider_error" }) },
    ]);
    expect(decode('{"error":"x"}\n{"done":true}').map(({ type }) => type)).toEqual(["start", "error"]);
  });

  it("that is cut is an error", () => {
    expect(stream({ model: "m", message: { content: "x" }, done: false }).at(-1)).toEqual({
      type: "error",
      error: expect.objectContaining({ code: "provider_cut" }),
    });
    expect(decode("no json\n").map(({ type }) => type)).toEqual(["start", "error"]);
  });

  it("that is refused names its reason", () => {
    expect(
      decodeError(404, {}, Buffer.from('{"error":"model \\"x\\" not found, try pulling it first"}')),
    ).toMatchObject({
      code: "model_not_found",
      message: 'model "x" not found, try pulling it first',
    });
  });
});
