import { describe, expect, it } from "vitest";
import type { IrAnswer } from "../../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part } from "../../../../src-gateway/ir/part.ts";
import { openaiChatCodec as codec } from "../../../../src-gateway/protocols/openai-chat/codec.ts";
import { chatTarget, encodeContext } from "./codec-setup.ts";

const decode = (message: unknown, choice: JsonObject = {}) =>
  codec.decodeAnswer({ id: "c1", model: "m1", choices: [{ index: 0, message, finish_reason: "stop", ...choice }] });
const call = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };

describe("a provider's answer", () => {
  it("counts calls for more than the word it ends with", () => {
    expect(decode({ content: "", tool_calls: [call] }).finish).toEqual({ reason: "tool_calls", raw: "stop" });
    expect(decode({ content: "x" }, { finish_reason: "tool_calls" }).finish).toEqual({
      reason: "stop",
      raw: "tool_calls",
    });
    expect(decode({ tool_calls: [call] }, { finish_reason: "length" }).finish.reason).toBe("length");
    expect(decode({ content: null, refusal: "no" }).finish.reason).toBe("refusal");
    expect(decode({ content: "x" }, { finish_reason: null }).finish).toEqual({ reason: "stop", raw: null });
  });

  it("may lack ids and have objects for arguments", () => {
    const { parts } = decode({ content: null, tool_calls: [{ function: { name: "f", arguments: { x: 1 } } }] });
    expect(parts).toMatchObject([{ kind: "call", id: "", name: "f", args: '{"x":1}' }]);
  });

  it.each([
    ["an error in a 200", { error: { message: "busy", code: 503 } }, "overloaded"],
    ["MiniMax's own error", { choices: [], base_resp: { status_code: 1002, status_msg: "x" } }, "provider_error"],
    ["no choice", { choices: [] }, "provider_error"],
    ["no message", { choices: [{ index: 0 }] }, "provider_error"],
    ["content that is none", { choices: [{ message: { content: 1 } }] }, "provider_error"],
  ])("is an error when it is %s", (_, json, code) => {
    expect(() => codec.decodeAnswer(json)).toThrow(expect.objectContaining({ code }));
  });
});

describe("an answer for a client", () => {
  const answer = (parts: Part[], finish: IrAnswer["finish"] = { reason: "stop", raw: "x" }): IrAnswer => ({
    id: "other",
    model: "other",
    parts,
    finish,
    usage: null,
  });

  it("is what the official SDKs take, with ids of its own and numbers for usage", () => {
    expect(
      codec.encodeAnswer(
        answer(
          [
            { kind: "thinking", text: "hm", opaque: { wire: "anthropic-messages", value: "s" } },
            { kind: "thinking", text: "", redacted: true },
            { kind: "text", text: "See " },
            { kind: "text", text: "there", citations: [{ url: "https://example.com" }, { title: "a page" }] },
            { kind: "native", wire: "anthropic-messages", type: "server_tool_use", raw: {} },
            { kind: "image", blob: { url: "https://example.com/a.png" } },
            { kind: "text", text: "done" },
            { kind: "call", id: "", name: "f", args: "" },
            { kind: "call", id: "b", name: "patch", args: "", custom: true },
          ],
          { reason: "tool_calls", raw: "tool_use" },
        ),
        encodeContext(),
      ),
    ).toEqual({
      id: "chatcmpl-7",
      object: "chat.completion",
      created: 1_795_000_000,
      model: "m",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            reasoning_content: "hm",
            content: "See there\n\ndone",
            refusal: null,
            images: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }],
            annotations: [
              {
                type: "url_citation",
                url_citation: { url: "https://example.com", title: "", start_index: 4, end_index: 9 },
              },
            ],
            tool_calls: [
              { id: "call_7_0", type: "function", function: { name: "f", arguments: "{}" } },
              { id: "b", type: "custom", custom: { name: "patch", input: "" } },
            ],
          },
          logprobs: null,
          finish_reason: "tool_calls",
        },
      ],
      usage: {
        prompt_tokens: 0,
        completion_tokens: 0,
        total_tokens: 0,
        prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
      },
    });
  });

  it.each([
    ["stop_sequence", "stop"],
    ["context", "length"],
    ["refusal", "content_filter"],
    ["filter", "content_filter"],
    ["paused", "stop"],
    ["error", "error"],
  ] as const)("that ended with %s says %s", (reason, word) => {
    const json = codec.encodeAnswer(answer([{ kind: "text", text: "x" }], { reason, raw: "x" }), encodeContext());
    expect(json).toMatchObject({ choices: [{ finish_reason: word }] });
  });

  it("that refuses in words has them in the field for it", () => {
    const json = codec.encodeAnswer(
      answer([{ kind: "refusal", text: "no" }], { reason: "refusal", raw: "x" }),
      encodeContext(),
    );
    expect(json).toMatchObject({ choices: [{ message: { content: "", refusal: "no" }, finish_reason: "stop" }] });
  });

  it("calls in the older way who asked in the older way", () => {
    const request = codec.decodeRequest({ model: "m", messages: [], functions: [{ name: "f" }] }, chatTarget);
    const parts: Part[] = ["f", "g"].map((name) => ({ kind: "call", id: name, name, args: "" }));
    const json = codec.encodeAnswer(answer(parts, { reason: "tool_calls", raw: "x" }), encodeContext({ request }));
    expect(json).toMatchObject({
      choices: [{ message: { function_call: { name: "f", arguments: "{}" } }, finish_reason: "function_call" }],
    });
    expect(JSON.stringify(json)).not.toContain("tool_calls");
  });

  it("is text alone where completions were asked for", () => {
    const parts: Part[] = [
      { kind: "thinking", text: "hm" },
      { kind: "text", text: "so" },
    ];
    expect(codec.encodeAnswer(answer(parts), encodeContext({ surface: "completions" }))).toMatchObject({
      id: "cmpl-7",
      object: "text_completion",
      choices: [{ index: 0, text: "so", finish_reason: "stop" }],
    });
  });
});
