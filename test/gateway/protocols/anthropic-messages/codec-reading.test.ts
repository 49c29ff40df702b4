import { describe, expect, it } from "vitest";
import type { IrEvent } from "../../../../src-gateway/ir/answer.ts";
import { GatewayError } from "../../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { NO_USAGE } from "../../../../src-gateway/ir/usage.ts";
import { anthropicMessagesCodec as codec } from "../../../../src-gateway/protocols/anthropic-messages/codec.ts";
import { readStream, requestTarget, sse } from "./codec-tools.ts";

const block = (content: JsonObject) =>
  codec.decodeRequest({ model: "m", messages: [{ role: "user", content: [content] }] }, requestTarget()).turns[0]
    ?.parts[0];

describe("reading a request", () => {
  it("gives text documents as bytes of plain text", () => {
    const source = { type: "text", media_type: "text/plain", data: "Grüße" };
    expect(block({ type: "document", source, title: "T", context: "c", citations: { enabled: true } })).toEqual({
      kind: "document",
      blob: { data: Buffer.from("Grüße").toString("base64"), mime: "text/plain" },
      title: "T",
      home: { $source: "text", context: "c", citations: { enabled: true } },
    });
  });

  it("gives documents made of blocks as their text", () => {
    const content = [
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ];
    expect(block({ type: "document", source: { type: "content", content } })).toMatchObject({
      blob: { data: Buffer.from("one\n\ntwo").toString("base64"), mime: "text/plain" },
    });
  });

  it("knows leading system text from a system message, and reads the rest of the vocabulary", () => {
    const request = codec.decodeRequest(
      {
        model: "m",
        max_tokens: 7,
        system: "S",
        messages: [{ role: "system", content: "mid" }],
        thinking: { type: "enabled", budget_tokens: 2000, display: "summarized" },
        output_config: { effort: "high" },
        tool_choice: { type: "any", disable_parallel_tool_use: true },
        metadata: { user_id: "u" },
        tools: [
          { name: "f", strict: true, input_schema: { type: "object" } },
          { type: "bash_20250124", name: "bash" },
        ],
      },
      requestTarget(),
    );
    expect(request).toMatchObject({
      turns: [{ role: "system" }, { role: "system" }],
      maxOutputTokens: 7,
      reasoning: { mode: "manual", budgetTokens: 2000, show: "summary", effort: "high" },
      toolChoice: { mode: "required" },
      parallelTools: false,
      endUser: "u",
      tools: [
        { kind: "function", name: "f", strict: true },
        { kind: "native", type: "bash_20250124" },
      ],
      home: {},
    });
  });

  it("does not stream a count of tokens", () => {
    const request = { model: "m", messages: [], stream: true };
    expect(codec.decodeRequest(request, requestTarget("messages-count-tokens")).stream).toBe(false);
  });

  it.each<[JsonObject, string]>([
    [{ messages: [] }, "model"],
    [{ model: "m" }, "messages"],
    [{ model: "m", messages: {} }, "messages"],
    [{ model: "m", messages: ["x"] }, "messages.0"],
    [{ model: "m", messages: [{ role: "tool", content: "" }] }, "messages.0.role"],
    [{ model: "m", messages: [{ role: "user" }] }, "messages.0.content"],
    [{ model: "m", messages: [{ role: "user", content: [{ type: "text", text: "a" }, 5] }] }, "messages.0.content.1"],
    [{ model: "m", messages: [{ role: "user", content: [{ text: "a" }] }] }, "messages.0.content.0.type"],
    [{ model: "m", messages: [{ role: "user", content: [{ type: "text" }] }] }, "messages.0.content.0.text"],
    [
      {
        model: "m",
        messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: [{}] }] }],
      },
      "messages.0.content.0.content.0.type",
    ],
    [{ model: "m", messages: [], system: 5 }, "system"],
    [{ model: "m", messages: [], tools: {} }, "tools"],
    [{ model: "m", messages: [], tools: [{ description: "x" }] }, "tools.0.name"],
  ])("names the field that cannot be understood: %j", (json, param) => {
    const read = () => codec.decodeRequest(json, requestTarget());
    expect(read).toThrow(GatewayError);
    expect(read).toThrow(expect.objectContaining({ code: "invalid_request", param }) as Error);
  });
});

describe("reading an answer", () => {
  it.each([
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    { error: "Overloaded" },
  ])("throws an error in the clothes of a success: %j", (json) => {
    expect(() => codec.decodeAnswer(json)).toThrow("Overloaded");
  });

  it("is content with what a careless provider sends", () => {
    expect(codec.decodeAnswer({})).toMatchObject({ id: null, model: null, parts: [], usage: null });
    const answer = codec.decodeAnswer({ content: [{ type: "tool_use", name: "f" }, null, { type: "new" }] });
    expect(answer.parts).toMatchObject([
      { kind: "call", id: "", name: "f", args: "" },
      { kind: "native", type: "new" },
    ]);
    expect(answer.finish).toEqual({ reason: "tool_calls", raw: null });
  });

  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop_sequence"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "context"],
    ["refusal", "refusal"],
    ["pause_turn", "paused"],
    ["word of next year", "stop"],
  ])("understands the stop reason %s as %s", (raw, reason) => {
    expect(codec.decodeAnswer({ content: [], stop_reason: raw }).finish).toEqual({ reason, raw });
  });
});

const start = {
  type: "message_start",
  message: { id: "msg_1", model: "c", usage: { input_tokens: 5, output_tokens: 1 } },
};
const begin = (content_block: JsonObject, index = 0) => ({ type: "content_block_start", index, content_block });
const delta = (piece: JsonObject, index = 0) => ({ type: "content_block_delta", index, delta: piece });
const close = (index = 0) => ({ type: "content_block_stop", index });
const finish = (stop_reason: string, usage: JsonObject = {}) => [
  { type: "message_delta", delta: { stop_reason }, usage },
  { type: "message_stop" },
];
const first: IrEvent = {
  type: "start",
  id: "msg_1",
  model: "c",
  usage: { ...NO_USAGE, inputUncached: 5, output: 1 },
};

describe("reading a stream", () => {
  it("takes calls with pieces, with a whole input, with both, and with none", () => {
    const call = (id: string, input: unknown) => begin({ type: "tool_use", id, name: "f", input }, Number(id));
    const piece = (partial_json: unknown, index: number) => delta({ type: "input_json_delta", partial_json }, index);
    const events = readStream(
      sse(
        start,
        call("0", {}),
        piece("", 0),
        piece('{"a"', 0),
        piece(":1}", 0),
        close(0),
        call("1", { b: 2 }),
        close(1),
        call("2", { c: 3 }),
        piece('{"c":3}', 2),
        close(2),
        call("3", {}),
        piece("", 3),
        close(3),
        call("4", undefined),
        piece({ d: 4 }, 4),
        close(4),
        ...finish("end_turn", { input_tokens: null, output_tokens: 9 }),
      ),
    );
    const args = events.flatMap((event) => (event.type === "delta" ? [event.text] : []));
    expect(args).toEqual(['{"a"', ":1}", '{"b":2}', '{"c":3}', '{"d":4}']);
    expect(events.filter((event) => event.type === "part-start")).toHaveLength(5);
    expect(events.at(-1)).toEqual({
      type: "end",
      finish: { reason: "tool_calls", raw: "end_turn" },
      usage: { ...NO_USAGE, inputUncached: 5, output: 9 },
    });
  });

  it("takes a signature without a thought, and one signature for many thoughts", () => {
    const events = readStream(
      sse(
        start,
        { type: "ping" },
        begin({ type: "thinking", thinking: "", signature: "" }),
        delta({ type: "signature_delta", signature: "S" }),
        close(),
        { type: "next_year", index: 0 },
        begin({ type: "redacted_thinking", data: "R" }, 1),
        close(1),
        ...finish("end_turn"),
      ),
    );
    const opaque = (value: string) => ({ wire: "anthropic-messages", value });
    expect(events.slice(0, -1)).toEqual([
      first,
      { type: "part-start", part: { kind: "thinking" } },
      { type: "opaque", opaque: opaque("S") },
      { type: "part-end" },
      { type: "part", part: { kind: "thinking", text: "", redacted: true, opaque: opaque("R") } },
    ]);
  });

  it("puts blocks of the provider's own together", () => {
    const events = readStream(
      sse(
        start,
        begin({ type: "server_tool_use", id: "s", name: "web_search", input: {} }),
        delta({ type: "input_json_delta", partial_json: '{"query":' }),
        delta({ type: "input_json_delta", partial_json: '"q"}' }),
        close(),
        begin({ type: "compaction", content: null }, 1),
        delta({ type: "compaction_delta", content: "Sum" }, 1),
        delta({ type: "compaction_delta", content: "mary" }, 1),
        close(1),
        ...finish("pause_turn"),
      ),
    );
    const raw = events.flatMap((event) =>
      event.type === "part" && event.part.kind === "native" ? [event.part.raw] : [],
    );
    expect(raw).toEqual([
      { type: "server_tool_use", id: "s", name: "web_search", input: { query: "q" } },
      { type: "compaction", content: "Summary" },
    ]);
  });

  it("copes without a start, without numbers and without a block's start", () => {
    const events = readStream(
      Buffer.concat([
        sse(
          { type: "content_block_start", content_block: { type: "text", text: "a" } },
          { type: "content_block_delta", delta: { type: "text_delta", text: "b" } },
          { type: "content_block_stop" },
        ),
        Buffer.from("event: content_block_delta\ndata: not json\n\ndata: [DONE]\n\n"),
        sse(delta({ type: "text_delta", text: "c" }, 7), ...finish("end_turn")),
      ]),
    );
    expect(events.map((event) => (event.type === "delta" ? event.text : event.type))).toEqual([
      "start",
      "part-start",
      "a",
      "b",
      "part-end",
      "part-start",
      "c",
      "part-end",
      "end",
    ]);
    expect(events.at(-1)).toMatchObject({ usage: null });
  });

  it.each([
    ["as an event", sse({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } })],
    ["without a name", Buffer.from('data: {"error":{"message":"Overloaded"}}\n\n')],
    ["as plain text", Buffer.from("event: error\ndata: Overloaded\n\n")],
  ])("ends with an error that comes %s, and says nothing after it", (_, error) => {
    const bytes = Buffer.concat([
      sse(start, begin({ type: "text", text: "half" })),
      error,
      sse(close(), ...finish("end_turn")),
    ]);
    const events = readStream(bytes);
    expect(events.map((event) => event.type)).toEqual(["start", "part-start", "delta", "part-end", "error"]);
    expect(events.at(-1)).toMatchObject({ error: { message: "Overloaded" } });
  });

  it.each([
    ["nothing", []],
    ["a start", [start]],
    ["half a block", [start, begin({ type: "text", text: "x" })]],
    ["all but the last event", [start, ...finish("end_turn").slice(0, 1)]],
  ])("calls a stream cut that ends after %s", (_, events) => {
    const read = readStream(sse(...events));
    expect(read.filter((event) => event.type === "start")).toHaveLength(1);
    expect(read.at(-1)).toMatchObject({ type: "error", error: { code: "provider_cut" } });
  });
});
