import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { answerEvents, collectAnswer, type IrAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import { GatewayError } from "../../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { openaiResponsesCodec as codec } from "../../../../src-gateway/protocols/openai-responses/codec.ts";
import {
  answerContext,
  eventsIn,
  readFixture,
  readJson,
  readStream,
  requestTarget,
  streamOf,
  writeStream,
} from "./codec-tools.ts";

const COMPLETED = { type: "response.completed", response: { id: "r", model: "m", status: "completed" } };
const partsOf = (...events: JsonObject[]) => collectAnswer(readStream(streamOf(...events, COMPLETED))).parts;
const collected = (name: string) => collectAnswer(readStream(readFixture(name)));
const delta = (name: string, text: unknown, place: JsonObject = {}) => ({
  type: `response.${name}.delta`,
  delta: text,
  ...place,
});
const added = (item: JsonObject, place: JsonObject = {}) => ({ type: "response.output_item.added", item, ...place });
const done = (item: JsonObject, place: JsonObject = {}) => ({ type: "response.output_item.done", item, ...place });
const call = (n: number, args: unknown) => ({
  type: "function_call",
  id: `fc_${n}`,
  call_id: `call_${n}`,
  name: `f${n}`,
  arguments: args,
});
const callPart = (n: number, args: string) => ({ kind: "call", id: `call_${n}`, name: `f${n}`, args });

describe("a provider's stream", () => {
  it("is put in order when items are interleaved", () => {
    expect(collected("interleaved-calls.sse").parts).toEqual([callPart(0, '{"a":1}'), callPart(1, '{"b":2}')]);
    const events = readStream(readFixture("interleaved-calls.sse")).map((event) => event.type);
    expect(events).toEqual([
      "start",
      "part-start",
      "delta",
      "delta",
      "part-end",
      "part-start",
      "delta",
      "delta",
      "part-end",
      "end",
    ]);
  });

  it("takes encrypted content from the finished item, and joins the sections of a thought", () => {
    expect(collected("thoughts-custom-call.sse").parts).toEqual([
      { kind: "thinking", text: "One.\n\nTwo.", opaque: { wire: "openai-responses", value: "gAAAfinal=" } },
      { kind: "thinking", text: "", redacted: true, opaque: { wire: "openai-responses", value: "gAAAhidden=" } },
      { kind: "call", id: "call_1", name: "exec", args: "1 + 1", custom: true, namespace: "functions" },
    ]);
  });

  it("hands on searches, citations and refusals", () => {
    const answer = collected("search-citation-refusal.sse");
    expect(answer.parts).toMatchObject([
      { kind: "native", type: "web_search_call", raw: { id: "ws_1", status: "completed" } },
      { kind: "text", text: "Cheese.", citations: [{ url: "https://example.com", title: "Cheese", start: 0, end: 6 }] },
      { kind: "refusal", text: "No wine." },
    ]);
    expect(answer.finish).toEqual({ reason: "refusal", raw: "completed" });
    expect(answer.serviceTier).toBe("default");
  });

  it("may leave out every event but the deltas", () => {
    expect(partsOf(delta("reasoning_text", "hm"), delta("output_text", "a"), delta("output_text", "b"))).toEqual([
      { kind: "thinking", text: "hm" },
      { kind: "text", text: "ab" },
    ]);
  });

  it("may say its texts only when they are done", () => {
    const place = { output_index: 0 };
    expect(
      partsOf(
        added({ type: "message", id: "msg_1" }, place),
        { type: "response.output_text.done", text: "Hello", ...place },
        added(call(1, ""), { output_index: 1 }),
        { type: "response.function_call_arguments.done", arguments: '{"a":1}', output_index: 1 },
        done({ type: "reasoning", id: "rs", summary: [{ text: "late" }] }, { output_index: 2 }),
        done(call(3, { b: 2 }), { output_index: 3 }),
        { type: "response.reasoning_summary_text.done", text: "only", output_index: 4, summary_index: 0 },
      ),
    ).toEqual([
      { kind: "text", text: "Hello" },
      callPart(1, '{"a":1}'),
      { kind: "thinking", text: "late" },
      callPart(3, '{"b":2}'),
      { kind: "thinking", text: "only" },
    ]);
  });

  it("hands each text on at once when the one before it is done, though nobody says that it is closed", () => {
    const decoder = codec.createStreamDecoder();
    const push = (event: JsonObject) => {
      const data = Buffer.from(JSON.stringify(event));
      return decoder.push({ raw: data, event: null, data }).map((each) => each.type);
    };
    const place = { output_index: 0, content_index: 0 };
    push(delta("output_text", "a", place));
    push({ type: "response.output_text.done", text: "a", ...place });
    expect(push(delta("output_text", "b", { ...place, content_index: 1 }))).toEqual([
      "part-end",
      "part-start",
      "delta",
    ]);
    push({ type: "response.output_text.done", text: "b", ...place, content_index: 1 });
    expect(push(added(call(1, ""), { output_index: 1 }))).toEqual(["part-end", "part-start"]);
    expect(push(delta("function_call_arguments", "{}", { output_index: 1 }))).toEqual(["delta"]);
    push({ type: "response.function_call_arguments.done", arguments: "{}", output_index: 1 });
    expect(push(done({ type: "web_search_call" }, { output_index: 2 }))).toEqual(["part-end", "part"]);
    push(delta("output_text", "c", { output_index: 3 }));
    push({ type: "response.output_text.done", text: "c", output_index: 3 });
    const hidden = { type: "reasoning", summary: [], encrypted_content: "gAAA" };
    expect(push(done(hidden, { output_index: 4 }))).toEqual(["part-end", "part"]);
    expect(push(COMPLETED)).toEqual(["end"]);
  });

  it("holds the arguments of a call until its name is known", () => {
    const events = [delta("function_call_arguments", '{"a"', { item_id: "fc_1" }), done(call(1, '{"a":1}'))];
    expect(partsOf(...events)).toEqual([callPart(1, '{"a":1}')]);
  });

  it("may number all items alike, or name each anew in every event", () => {
    const alike = { output_index: 0 };
    expect(
      partsOf(
        added(call(1, ""), alike),
        delta("function_call_arguments", "{}", alike),
        added(call(2, ""), alike),
        delta("function_call_arguments", "[]", alike),
      ),
    ).toEqual([callPart(1, "{}"), callPart(2, "[]")]);
    expect(
      partsOf(
        added({ ...call(1, ""), id: "x1" }, alike),
        delta("function_call_arguments", "{}", { ...alike, item_id: "x2" }),
        done({ ...call(1, "{}"), id: "x3" }, alike),
      ),
    ).toEqual([callPart(1, "{}")]);
  });

  it("may say everything only in its last event", () => {
    const response = { ...readJson("reasoning-calls.answer.json") };
    const answer = collectAnswer(readStream(streamOf({ type: "response.completed", response })));
    expect(answer.parts.map((part) => part.kind)).toEqual(["thinking", "thinking", "text", "call", "call", "call"]);
    expect(answer.finish.reason).toBe("tool_calls");
    const late = { type: "response.completed", response: { status: "completed", output: [call(1, "{}")] } };
    expect(collectAnswer(readStream(streamOf(delta("output_text", "a"), late))).parts).toHaveLength(2);
  });

  it("leaves out thoughts that say nothing and calls that have no name", () => {
    expect(
      partsOf(
        done({ type: "reasoning", id: "rs_1", summary: [] }),
        delta("function_call_arguments", "{}", { output_index: 7 }),
        delta("output_text", null),
        added({ type: "image_generation_call", id: "ig" }),
        { type: "response.some_new_event", x: 1 },
      ).filter((part) => part.kind !== "text"),
    ).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ["a bare error", { type: "error", code: "rate_limit_exceeded", message: "Slow down." }, "rate_limited"],
    ["an error of a proxy", { error: { message: "Overloaded", type: "overloaded_error" } }, "overloaded"],
    [
      "a failed response",
      { type: "response.failed", response: { status: "failed", error: { code: "server_error", message: "Broken." } } },
      "provider_error",
    ],
    ["a response that failed without a word", { type: "response.failed", response: {} }, "provider_error"],
    ["a cancelled response", { type: "response.cancelled", response: { status: "cancelled" } }, "provider_error"],
  ])("ends with one error: %s", (_, event, code) => {
    const events = readStream(streamOf(delta("output_text", "a"), event, COMPLETED));
    expect(events.map((each) => each.type)).toEqual(["start", "part-start", "delta", "part-end", "error"]);
    expect(events.at(-1)).toMatchObject({ error: { code } });
  });

  it("is an error when it ends without its last event, and when nothing came", () => {
    const events = readStream(streamOf(delta("output_text", "a")));
    expect(events.slice(-2)).toMatchObject([{ type: "part-end" }, { type: "error", error: { code: "provider_cut" } }]);
    expect(readStream(Buffer.from("data: [DONE]\n\n: hello\n\n")).map((event) => event.type)).toEqual([
      "start",
      "error",
    ]);
  });

  it("keeps to the grammar, whatever comes in whatever order", () => {
    const pool = ["interleaved-calls.sse", "thoughts-custom-call.sse", "search-citation-refusal.sse"].flatMap((name) =>
      eventsIn(readFixture(name)).slice(1, -1),
    );
    for (let step = 1; step < pool.length; step++) {
      const mixed = pool.map((_, n) => pool[(n * step) % pool.length] ?? {});
      const story = readStream(streamOf(...mixed, COMPLETED)).map((event) => event.type);
      expect(story.join(" ")).toMatch(/^start( part-start( delta| citation| opaque)* part-end| part)* end$/);
    }
  });
});

const ANSWER: IrAnswer = {
  id: null,
  model: "claude",
  parts: [
    { kind: "thinking", text: "Let me think.", opaque: { wire: "anthropic-messages", value: "wrapped" } },
    { kind: "text", text: "Hello", citations: [{ url: "https://example.com" }, { quoted: "of a document" }] },
    { kind: "text", text: " there." },
    { kind: "call", id: "toolu_1", name: "read", args: "" },
    { kind: "call", id: "", name: "patch", args: "x", custom: true },
    { kind: "image", blob: { data: "AAAA", mime: "image/png" } },
    { kind: "native", wire: "anthropic-messages", type: "server_tool_use", raw: { type: "server_tool_use" } },
  ],
  finish: { reason: "tool_calls", raw: "tool_use" },
  usage: null,
};

describe("a stream for a client", () => {
  it("is taken by the official SDK, which builds the same response from it", async () => {
    const bytes = writeStream(answerEvents(ANSWER));
    const client = new OpenAI({
      apiKey: "none",
      fetch: () =>
        Promise.resolve(new Response(Uint8Array.from(bytes), { headers: { "content-type": "text/event-stream" } })),
    });
    const response = await client.responses.stream({ model: "m", input: "x" }).finalResponse();
    const whole = codec.encodeAnswer(ANSWER, answerContext());
    expect(response).toMatchObject(whole);
    expect(response.output_text).toBe("Hello there.");
  });

  it("has one message for texts that follow each other, and closes each item before the next", () => {
    const events = eventsIn(writeStream(answerEvents(ANSWER)));
    const steps = events.map((event) => String(event["type"]).replace("response.", ""));
    expect(steps.join(" ").split(/ (?=output_item.added|completed)/)).toEqual([
      "created in_progress",
      "output_item.added reasoning_summary_part.added reasoning_summary_text.delta " +
        "reasoning_summary_text.done reasoning_summary_part.done output_item.done",
      "output_item.added content_part.added output_text.delta output_text.annotation.added output_text.done " +
        "content_part.done content_part.added output_text.delta output_text.done content_part.done output_item.done",
      "output_item.added function_call_arguments.delta function_call_arguments.done output_item.done",
      "output_item.added custom_tool_call_input.delta custom_tool_call_input.done output_item.done",
      // The picture.
      "output_item.added output_item.done",
      "completed",
    ]);
    const output = codec.encodeAnswer(ANSWER, answerContext())["output"];
    expect(output).toMatchObject([
      { id: "rs_16_0", type: "reasoning", encrypted_content: "wrapped" },
      {
        id: "msg_16_1",
        content: [
          { text: "Hello", annotations: [{ type: "url_citation", title: "", start_index: 0, end_index: 5 }] },
          { text: " there." },
        ],
      },
      { id: "fc_16_2", call_id: "toolu_1", arguments: "{}" },
      { id: "ctc_16_3", call_id: "call_16_3", input: "x" },
      { id: "ig_16_4", type: "image_generation_call" },
    ]);
  });

  it("repeats the request, and reports zeros when nobody counted", () => {
    const request = codec.decodeRequest(readJson("structured-output.request.json"), requestTarget);
    const response = codec.encodeAnswer(ANSWER, answerContext(request));
    expect(response).toMatchObject({
      object: "response",
      status: "completed",
      error: null,
      instructions: null,
      metadata: {},
      parallel_tool_calls: true,
      previous_response_id: null,
      safety_identifier: "sid-1",
      store: true,
      temperature: 0.2,
      text: { verbosity: "high", format: { type: "json_schema" } },
      tool_choice: "auto",
      tools: [],
      top_p: 1,
      truncation: "disabled",
      usage: {
        input_tokens: 0,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 0,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 0,
      },
    });
    const { tools, instructions } = readJson("string-input.request.json");
    const other = codec.decodeRequest(readJson("string-input.request.json"), requestTarget);
    expect(codec.encodeAnswer(ANSWER, answerContext(other))).toMatchObject({ tools, instructions });
  });

  it.each<[IrAnswer["finish"], JsonObject]>([
    [
      { reason: "length", raw: null },
      { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
    ],
    [
      { reason: "context", raw: null },
      { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
    ],
    [
      { reason: "filter", raw: null },
      { status: "incomplete", incomplete_details: { reason: "content_filter" } },
    ],
    [
      { reason: "refusal", raw: null },
      { status: "incomplete", incomplete_details: { reason: "content_filter" } },
    ],
    [
      { reason: "stop_sequence", raw: null },
      { status: "completed", incomplete_details: null },
    ],
    [
      { reason: "paused", raw: null },
      { status: "completed", incomplete_details: null },
    ],
    [
      { reason: "error", raw: "MALFORMED" },
      { status: "failed", error: { code: "server_error" } },
    ],
  ])("ends with the event of its finish: %j", (finish, expected) => {
    const answer: IrAnswer = { ...ANSWER, parts: [{ kind: "text", text: "Once" }], finish };
    const last = eventsIn(writeStream(answerEvents(answer))).at(-1);
    expect(last?.["type"]).toBe(`response.${String(expected["status"])}`);
    expect(last?.["response"]).toMatchObject(expected);
  });

  it("fails under the id it began with, and says nothing after that", () => {
    const error = new GatewayError("rate_limited", "Slow down.");
    const events: IrEvent[] = [
      { type: "start", id: null, model: null, usage: null },
      { type: "part-start", part: { kind: "text" } },
      { type: "delta", text: "Hel" },
      { type: "error", error },
      { type: "end", finish: { reason: "stop", raw: null }, usage: null },
    ];
    const written = eventsIn(writeStream(events));
    expect(written.at(-1)).toMatchObject({
      type: "response.failed",
      sequence_number: 5,
      response: { id: "resp_16", status: "failed", error: { code: "rate_limit_exceeded", message: "Slow down." } },
    });
    expect(eventsIn(writeStream([{ type: "error", error }])).map((event) => event["type"])).toEqual([
      "response.created",
      "response.in_progress",
      "response.failed",
    ]);
  });
});

describe("a provider's whole answer", () => {
  it.each<[string, JsonObject]>([
    ["a failed response", { status: "failed", error: { code: "server_error", message: "Broken." }, output: [] }],
    ["an error object", { error: { message: "Broken.", type: "server_error" } }],
    ["some other JSON", { choices: [] }],
  ])("is thrown when it is an error in the clothes of a success: %s", (_, json) => {
    expect(() => codec.decodeAnswer(json)).toThrow(expect.objectContaining({ code: "provider_error" }));
  });

  it("tells calls from the words of the provider", () => {
    const answer = codec.decodeAnswer(readJson("reasoning-calls.answer.json"));
    expect(answer.finish).toEqual({ reason: "tool_calls", raw: "completed" });
    expect(answer.parts.map((part) => part.kind)).toEqual([
      "thinking",
      "thinking",
      "native",
      "text",
      "call",
      "call",
      "call",
    ]);
    expect(codec.decodeAnswer(readJson("refusal.answer.json")).finish.reason).toBe("refusal");
    expect(codec.decodeAnswer(readJson("background.answer.json")).finish.reason).toBe("paused");
  });
});
