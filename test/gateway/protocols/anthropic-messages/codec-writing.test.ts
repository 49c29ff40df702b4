import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, it } from "vitest";
import { answerEvents, type Finish, type IrAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import { GatewayError } from "../../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part } from "../../../../src-gateway/ir/part.ts";
import { NO_USAGE } from "../../../../src-gateway/ir/usage.ts";
import { anthropicMessagesCodec as codec } from "../../../../src-gateway/protocols/anthropic-messages/codec.ts";
import { answerContext, writeStream } from "./codec-tools.ts";

const answer = (parts: Part[], more: Partial<IrAnswer> = {}): IrAnswer => ({
  id: "chatcmpl-1",
  model: "gpt-4",
  parts,
  finish: { reason: "stop", raw: "stop" },
  usage: null,
  ...more,
});
const written = (...parts: Part[]) => codec.encodeAnswer(answer(parts), answerContext())["content"];
const frames = (events: Iterable<IrEvent>): JsonObject[] =>
  writeStream(events)
    .toString()
    .split("\n\n")
    .slice(0, -1)
    .map((frame) => JSON.parse(frame.slice(frame.indexOf("data: ") + 6)) as JsonObject);

/** A Chat provider's answer with a bit of everything. */
const rich: Part[] = [
  { kind: "thinking", text: "hm", opaque: { wire: "gemini-content", value: "SIG" } },
  { kind: "thinking", text: "open" },
  { kind: "text", text: "" },
  { kind: "text", text: "Grüße", citations: [{ url: "https://example.org", title: "E", start: 0, end: 5 }] },
  { kind: "image", blob: { data: "aGk=", mime: "image/png" } },
  { kind: "native", wire: "openai-responses", type: "web_search_call", raw: { type: "web_search_call" } },
  { kind: "refusal", text: "But no." },
  { kind: "call", id: "", name: "f", args: "" },
  { kind: "call", id: "call_2", name: "g", args: '{"a":[1]}' },
];
const content = [
  { type: "thinking", thinking: "hm", signature: "SIG" },
  { type: "thinking", thinking: "open", signature: "" },
  {
    type: "text",
    text: "Grüße",
    citations: [
      {
        type: "web_search_result_location",
        url: "https://example.org",
        title: "E",
        cited_text: "",
        encrypted_index: "",
      },
    ],
  },
  { type: "text", text: "But no." },
  { type: "tool_use", id: "toolu_16_4", name: "f", input: {} },
  { type: "tool_use", id: "call_2", name: "g", input: { a: [1] } },
];

describe("writing an answer of another wire", () => {
  it("writes the blocks that the wire has words for, and no empty ones", () => {
    expect(written(...rich)).toEqual(content);
  });

  it("writes no citation in the words of another wire", () => {
    const home = { type: "url_citation", file_id: "f" };
    expect(written({ kind: "text", text: "a", citations: [{ home }, { home, url: "https://example.org" }] })).toEqual([
      {
        type: "text",
        text: "a",
        citations: [
          {
            type: "web_search_result_location",
            url: "https://example.org",
            title: null,
            cited_text: "",
            encrypted_index: "",
          },
        ],
      },
    ]);
  });

  it("writes text for arguments that are no object", () => {
    expect(written({ kind: "call", id: "c", name: "f", args: "rm -rf", custom: true })).toEqual([
      { type: "tool_use", id: "c", name: "f", input: { _raw: "rm -rf" } },
    ]);
  });

  it("writes zeros where nobody counted, and the same counts as it read", () => {
    const zeros = codec.encodeAnswer(answer([]), answerContext());
    expect(zeros).toMatchObject({ id: "msg_16", model: "gpt-x", stop_reason: "end_turn", stop_sequence: null });
    expect(codec.decodeAnswer(zeros).usage).toEqual(NO_USAGE);
    for (const usage of [
      { ...NO_USAGE, inputUncached: 3, cacheWrite5m: 12304, output: 550 },
      { ...NO_USAGE, inputUncached: 1, cacheWrite5m: 2, cacheWrite1h: 3, cacheRead: 4, output: 9, reasoning: 5 },
    ]) {
      expect(codec.decodeAnswer(codec.encodeAnswer(answer([], { usage }), answerContext())).usage).toEqual(usage);
      const end = frames(answerEvents(answer([], { usage }))).find((event) => event["type"] === "message_delta");
      expect(codec.decodeAnswer({ usage: end?.["usage"] }).usage).toEqual(usage);
    }
  });

  it("writes counts that changed since they were read", () => {
    const read = codec.decodeAnswer({ content: [], usage: { input_tokens: 1, output_tokens: 2, extra: true } });
    const corrected = { ...read, usage: { ...NO_USAGE, inputUncached: 7, output: 8 } };
    expect(codec.encodeAnswer(corrected, answerContext())["usage"]).toMatchObject({
      input_tokens: 7,
      output_tokens: 8,
    });
  });

  it.each<[Finish["reason"], string]>([
    ["stop", "end_turn"],
    ["stop_sequence", "stop_sequence"],
    ["length", "max_tokens"],
    ["context", "model_context_window_exceeded"],
    ["tool_calls", "tool_use"],
    ["refusal", "refusal"],
    ["filter", "refusal"],
    ["paused", "pause_turn"],
    ["error", "error"],
  ])("says the finish %s as %s, also in a stream", (reason, word) => {
    const whole = answer([], {
      finish: { reason, raw: null, ...(reason === "stop_sequence" ? { sequence: "S" } : {}) },
    });
    const details = word === "refusal" ? { type: "refusal", category: null, explanation: null } : null;
    const said = {
      stop_reason: word,
      stop_sequence: reason === "stop_sequence" ? "S" : null,
      stop_details: details,
    };
    expect(codec.encodeAnswer(whole, answerContext())).toMatchObject(said);
    expect(frames(answerEvents(whole)).at(-2)).toMatchObject({ type: "message_delta", delta: said });
  });
});

describe("writing a stream", () => {
  it("is put together by the official SDK to the same message as the whole answer", async () => {
    const usage = { ...NO_USAGE, inputUncached: 11, cacheRead: 5, output: 7 };
    const whole = answer(rich, { usage, finish: { reason: "tool_calls", raw: "tool_calls" } });
    const bytes = writeStream(answerEvents(whole));
    const client = new Anthropic({
      apiKey: "k",
      fetch: async () => new Response(new Uint8Array(bytes), { headers: { "content-type": "text/event-stream" } }),
    });
    const message = await client.messages
      .stream({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "hi" }] })
      .finalMessage();
    const expected = codec.encodeAnswer(whole, answerContext());
    expect(JSON.parse(JSON.stringify(message))).toMatchObject(expected);
    expect(message.content).toEqual(content);
  });

  it("closes a thought with its signature before text begins, and gives calls an empty input to begin with", () => {
    const types = frames(
      answerEvents(
        answer([
          { kind: "thinking", text: "t" },
          { kind: "text", text: "x" },
        ]),
      ),
    ).map((event) => (event["delta"] as JsonObject | undefined)?.["type"] ?? event["type"]);
    expect(types).toEqual([
      "message_start",
      "content_block_start",
      "thinking_delta",
      "signature_delta",
      "content_block_stop",
      "content_block_start",
      "text_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    const call: Part = { kind: "call", id: "c", name: "f", args: '{"a":1}', home: { caller: { type: "direct" } } };
    expect(frames(answerEvents(answer([call])))[1]).toMatchObject({
      content_block: { type: "tool_use", id: "c", name: "f", input: {}, caller: { type: "direct" } },
    });
  });

  it("writes an error as the last event, and nothing after it or after the end", () => {
    const error = new GatewayError("overloaded", "Busy.");
    const begun = [...answerEvents(answer([{ kind: "text", text: "x" }]))];
    const failed = frames([...begun.slice(0, 3), { type: "error", error }, ...begun.slice(3)]);
    expect(failed.at(-1)).toMatchObject({ type: "error", error: { type: "overloaded_error", message: "Busy." } });
    expect(failed.filter((event) => event["type"] === "message_stop")).toEqual([]);
    expect(frames([...begun, { type: "error", error }]).at(-1)).toEqual({ type: "message_stop" });
  });

  it("reports the input's tokens at the start when they are known", () => {
    const usage = { ...NO_USAGE, inputUncached: 9, cacheRead: 4 };
    expect(frames([{ type: "start", id: null, model: null, usage }])[0]).toMatchObject({
      message: {
        model: "gpt-x",
        content: [],
        usage: { input_tokens: 9, cache_read_input_tokens: 4, output_tokens: 0 },
      },
    });
  });
});
