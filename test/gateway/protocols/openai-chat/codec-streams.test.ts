import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { collectAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import type { CallPart, Part } from "../../../../src-gateway/ir/part.ts";
import { chunksOf, decodeChunks, decodeStream, encodeContext, encodeStream } from "./codec-setup.ts";

const folder = fileURLToPath(new URL("../../../fixtures/openai-chat/", import.meta.url));
const STREAMS = readdirSync(folder).filter((name) => name.endsWith(".sse"));
const read = (name: string): Buffer => readFileSync(folder + name);

const delta = (fields: unknown, finish: string | null = null) => ({
  id: "c1",
  model: "m1",
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});
const calls = (...fragments: unknown[]) => delta({ tool_calls: fragments });
const fragment = (index: number | undefined, id: string | undefined, name: string | undefined, args: unknown) => ({
  ...(index === undefined ? {} : { index }),
  ...(id === undefined ? {} : { id }),
  function: { ...(name === undefined ? {} : { name }), arguments: args },
});
const END = [delta({}, "tool_calls"), "[DONE]"];
const call = (id: string, name: string, args: string): CallPart => ({ kind: "call", id, name, args });
const partsOf = (...chunks: unknown[]): Part[] => collectAnswer(decodeChunks(...chunks)).parts;
const shapeOf = (events: IrEvent[]): string =>
  events.map((event) => (event.type === "part-start" ? `+${event.part.kind}` : event.type)).join(" ");

describe("a provider's stream", () => {
  it.each(STREAMS)("keeps to the grammar of events, and means the same when it is written again: %s", (name) => {
    const events = decodeStream(read(name));
    expect(shapeOf(events)).toMatch(/^start( \+\w+( delta| citation| opaque)* part-end| part)* end$/);
    const again = decodeStream(encodeStream(events));
    expect(collectAnswer(again).parts).toEqual(collectAnswer(events).parts);
  });

  it("has its parts, its usage and its end", () => {
    expect(collectAnswer(decodeStream(read("reasoning-details.sse")))).toMatchObject({
      id: "chatcmpl-7",
      model: "m-2026-11",
      parts: [
        { kind: "thinking", text: "hm, well" },
        {
          kind: "text",
          text: "See there.",
          citations: [{ url: "https://example.com", title: "T", start: 4, end: 9 }],
        },
      ],
      finish: { reason: "length", raw: "length" },
      usage: { inputUncached: 9, output: 5, reasoning: 2 },
      serviceTier: "flex",
    });
  });

  it("streams the first of two mixed calls at once, and the second behind it", () => {
    const events = decodeStream(read("parallel-calls.sse"));
    expect(shapeOf(events)).toBe("start +call delta delta part-end +call delta delta part-end end");
    expect(collectAnswer(events)).toMatchObject({
      parts: [call("call_a", "read", '{"path":"a"}'), call("call_b", "list", '{"dir":"b"}')],
      finish: { reason: "tool_calls", raw: "stop" },
      usage: { inputUncached: 40, cacheRead: 60, output: 9 },
    });
  });

  it("tells whole calls with one number apart by their ids, and goes on with text behind them", () => {
    expect(collectAnswer(decodeStream(read("whole-calls.sse"))).parts).toEqual([
      call("call_a", "read", '{"path":"a"}'),
      { ...call("call_b", "read", '{"path":"b"}'), opaque: { wire: "openai-chat", value: "c2ln" } },
      { kind: "text", text: "Done" },
    ]);
  });

  it.each([
    ["without numbers", fragment(undefined, "a", "f", '{"x"'), fragment(undefined, undefined, undefined, ":1}")],
    ["with a name in each piece", fragment(0, "a", "f", '{"x"'), fragment(0, "a", "f", ":1}")],
    ["with empty ids and names behind", fragment(0, "a", "f", '{"x"'), fragment(0, "", "", ":1}")],
    ["with the name behind the id", fragment(0, "a", undefined, '{"x"'), fragment(0, undefined, "f", ":1}")],
    ["with the id behind the name", fragment(0, undefined, "f", '{"x"'), fragment(0, "a", undefined, ":1}")],
    [
      "with null for what is not there",
      { ...fragment(0, "a", "f", '{"x"'), type: null },
      fragment(0, undefined, undefined, ":1}"),
    ],
    ["as an object", fragment(0, "a", "f", { x: 1 }), fragment(0, undefined, undefined, null)],
    ["said once more at the end", fragment(0, "a", "f", '{"x":1}'), fragment(0, "a", "f", '{"x":1}')],
    ["numbered only later", fragment(undefined, "a", "f", '{"x"'), fragment(0, undefined, undefined, ":1}")],
  ])("puts the pieces of one call together: %s", (_, first, second) => {
    expect(partsOf(calls(first), calls(second), ...END)).toEqual([call("a", "f", '{"x":1}')]);
  });

  it.each([
    ["ids without numbers", fragment(undefined, "a", "f", "{}"), fragment(undefined, "b", "f", "{}"), ["a", "b"]],
    ["one number and two ids", fragment(0, "a", "f", "{}"), fragment(0, "b", "f", "{}"), ["a", "b"]],
    [
      "two names and nothing else",
      fragment(undefined, undefined, "f", "{}"),
      fragment(undefined, undefined, "g", "{}"),
      ["", ""],
    ],
    [
      "one name said twice, with whole arguments",
      fragment(0, undefined, "f", "{}"),
      fragment(0, undefined, "f", "{}"),
      ["", ""],
    ],
  ])("tells two calls apart: %s", (_, first, second, ids) => {
    const parts = partsOf(calls(first), calls(second), ...END);
    expect(parts.map((part) => (part.kind === "call" ? part.id : part.kind))).toEqual(ids);
    expect(parts).toMatchObject([{ args: "{}" }, { args: "{}" }]);
  });

  it("keeps text that comes in the middle of a call, behind the call", () => {
    expect(
      partsOf(
        calls(fragment(0, "a", "f", '{"x"')),
        delta({ content: "so" }),
        calls(fragment(0, undefined, undefined, ":1}")),
        ...END,
      ),
    ).toEqual([call("a", "f", '{"x":1}'), { kind: "text", text: "so" }]);
  });

  it("lets text behind a whole call go out at once", () => {
    const events = decodeChunks(calls(fragment(0, "a", "f", "{}")), delta({ content: "so" }));
    expect(shapeOf(events)).toBe("start +call delta part-end +text delta part-end error");
  });

  it("has no call that never got a name", () => {
    const answer = collectAnswer(
      decodeChunks(calls(fragment(0, "a", undefined, "{")), delta({}, "tool_calls"), "[DONE]"),
    );
    expect(answer).toMatchObject({ parts: [], finish: { reason: "stop", raw: "tool_calls" } });
  });

  it("has calls of the older kind and of the custom kind", () => {
    expect(
      partsOf(
        delta({ function_call: { name: "f", arguments: "" } }),
        delta({ function_call: { arguments: "{}" } }),
        "[DONE]",
      ),
    ).toEqual([{ ...call("", "f", "{}"), home: { $legacy: true } }]);
    const custom = (fields: unknown) => calls({ index: 0, ...(fields as object) });
    expect(
      partsOf(
        custom({ id: "a", type: "custom", custom: { name: "patch", input: "*** " } }),
        custom({ custom: { input: "Begin" } }),
        ...END,
      ),
    ).toEqual([{ ...call("a", "patch", "*** Begin"), custom: true }]);
  });

  it("is followed in its first choice only", () => {
    const both = (text: string) => ({ choices: [0, 1].map((index) => ({ index, delta: { content: text + index } })) });
    expect(partsOf(both("a"), both("b"), "[DONE]")).toEqual([{ kind: "text", text: "a0b0" }]);
  });

  it("may answer in blocks, in a message, with audio and with pictures", () => {
    const url = "data:image/png;base64,iVBORw0KGgo=";
    expect(
      partsOf(
        delta({
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
            { type: "text", text: "4" },
          ],
        }),
        { choices: [{ index: 0, message: { content: "2" } }] },
        delta({ images: [{ type: "image_url", image_url: { url } }] }),
        delta({ audio: { id: "audio_1", data: "UklG" } }),
        delta({ audio: { data: "Rg==", transcript: "42", expires_at: 1 } }, "stop"),
        "[DONE]",
      ),
    ).toMatchObject([
      { kind: "thinking", text: "hm" },
      { kind: "text", text: "42" },
      { kind: "image", blob: { data: "iVBORw0KGgo=", mime: "image/png" } },
      { kind: "native", raw: { id: "audio_1", data: "UklGRg==", transcript: "42", expires_at: 1 } },
    ]);
  });

  it("may say its thinking under two names, which is one thought", () => {
    expect(partsOf(delta({ reasoning: "hm", reasoning_content: "hm" }), "[DONE]")).toEqual([
      { kind: "thinking", text: "hm" },
    ]);
  });

  it("may have its usage anywhere, and the last one counts", () => {
    const usageOf = (...chunks: unknown[]) => collectAnswer(decodeChunks(...chunks)).usage?.output ?? null;
    const usage = (n: number) => ({ prompt_tokens: 1, completion_tokens: n });
    expect(
      usageOf({ ...delta({ content: "x" }), usage: usage(1) }, { ...delta({}, "stop"), usage: usage(2) }, "[DONE]"),
    ).toBe(2);
    expect(
      usageOf(
        delta({ content: "x" }, "stop"),
        { choices: [], usage: usage(3) },
        { choices: [], usage: null },
        "[DONE]",
      ),
    ).toBe(3);
    expect(usageOf({ choices: [{ index: 0, delta: { content: "x" }, finish_reason: "stop", usage: usage(4) }] })).toBe(
      4,
    );
    expect(usageOf(delta({ content: "x" }), "[DONE]")).toBeNull();
  });

  it.each([
    [
      "content behind the finish",
      [delta({ content: "a" }, "stop"), delta({ content: "b" }), "[DONE]", delta({ content: "c" })],
      "ab",
    ],
    ["the close in place of [DONE]", [delta({ content: "a" }, "stop")], "a"],
    ["no finish at all", [delta({ content: "a" }), "[DONE]"], "a"],
    ["frames that mean nothing", ["{broken", "null", delta({ content: "a" }), { x: 1 }, "[DONE]"], "a"],
  ])("is complete with %s", (_, chunks, text) => {
    expect(collectAnswer(decodeChunks(...chunks)).parts).toEqual([{ kind: "text", text }]);
  });

  it.each([
    ["a cut", [delta({ content: "a" })], "provider_cut", "start +text delta part-end error"],
    ["nothing", [], "provider_cut", "start error"],
    ["nothing but [DONE]", ["[DONE]"], "provider_error", "start error"],
    ["an error at first", [{ error: { message: "slow down", code: 429 } }, "[DONE]"], "rate_limited", "start error"],
    [
      "an error with empty choices in the middle",
      [
        delta({ content: "a" }),
        { choices: [], error: { message: "down", type: "overloaded_error" } },
        delta({}, "stop"),
      ],
      "overloaded",
      "start +text delta part-end error",
    ],
  ])("ends in an error after %s, and in nothing else", (_, chunks, code, shape) => {
    const events = decodeChunks(...chunks);
    expect(shapeOf(events)).toBe(shape);
    expect(events.at(-1)).toMatchObject({ error: { code } });
  });

  it("ends in an error when an event of that name says so", () => {
    const events = decodeStream(Buffer.from('event: error\ndata: {"message":"overloaded"}\n\n'));
    expect(events.at(-1)).toMatchObject({ type: "error", error: { message: "overloaded" } });
  });

  it.each([
    ["stop", "stop"],
    ["STOP", "stop"],
    ["length", "length"],
    ["content_filter", "filter"],
    ["eos_token", "stop"],
    ["insufficient_system_resource", "error"],
  ])("may end with the word %s, which is %s", (word, reason) => {
    const answer = collectAnswer(decodeChunks(delta({ content: "a" }, word), "[DONE]"));
    expect(answer.finish).toEqual({ reason, raw: word });
  });

  it("may name the stop sequence that it met", () => {
    const end = { choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop", stop_reason: "END" }] };
    expect(collectAnswer(decodeChunks(end, "[DONE]")).finish).toEqual({
      reason: "stop_sequence",
      sequence: "END",
      raw: "stop",
    });
  });
});

describe("a client's stream", () => {
  const start: IrEvent = { type: "start", id: null, model: null, usage: null };
  const end: IrEvent = { type: "end", finish: { reason: "tool_calls", raw: null }, usage: null };

  it("says role, thinking, text, calls, finish, usage and [DONE], under one id", () => {
    const bytes = encodeStream([
      start,
      { type: "part-start", part: { kind: "thinking" } },
      { type: "delta", text: "hm" },
      { type: "opaque", opaque: { wire: "anthropic-messages", value: "s" } },
      { type: "part-end" },
      { type: "part-start", part: { kind: "text" } },
      { type: "delta", text: "so" },
      { type: "part-end" },
      { type: "part-start", part: { kind: "call", id: "", name: "f" } },
      { type: "part-end" },
      { type: "part-start", part: { kind: "call", id: "b", name: "patch", custom: true } },
      { type: "delta", text: "x" },
      { type: "part-end" },
      end,
      { type: "part", part: { kind: "text", text: "late" } },
    ]);
    const chunks = chunksOf(bytes);
    const tool = (fields: object) => ({ tool_calls: [fields] });
    expect(chunks.map((chunk) => (chunk as { choices?: { delta: unknown }[] }).choices?.[0]?.delta)).toEqual([
      { role: "assistant", content: "", refusal: null },
      { reasoning_content: "hm" },
      { content: "so" },
      tool({ index: 0, id: "call_7_0", type: "function", function: { name: "f", arguments: "" } }),
      tool({ index: 0, function: { arguments: "{}" } }),
      tool({ index: 1, id: "b", type: "custom", custom: { name: "patch", input: "" } }),
      tool({ index: 1, custom: { input: "x" } }),
      {},
      undefined,
      undefined,
    ]);
    expect(chunks.at(-3)).toMatchObject({ choices: [{ finish_reason: "tool_calls" }], usage: null });
    expect(chunks.at(-2)).toMatchObject({ id: "chatcmpl-7", model: "m", choices: [], usage: { total_tokens: 0 } });
    expect(chunks.at(-1)).toBe("[DONE]");
    expect(new Set(chunks.slice(0, -1).map((chunk) => (chunk as { id: string }).id))).toEqual(new Set(["chatcmpl-7"]));
  });

  it("holds pictures in OpenRouter's field, and no block of another wire", () => {
    const url = "https://example.com/a.png";
    const block: Part = { kind: "native", wire: "anthropic-messages", type: "server_tool_use", raw: {} };
    const image: Part = { kind: "image", blob: { url } };
    const whole = [block, image].map((part): IrEvent => ({ type: "part", part }));
    const between = chunksOf(encodeStream([start, ...whole, end])).slice(1, -3);
    expect(between).toMatchObject([{ choices: [{ delta: { images: [{ type: "image_url", image_url: { url } }] } }] }]);
  });

  it("has no word of usage when nobody asked", () => {
    expect(encodeStream([start, end], encodeContext({ wantsUsage: false })).toString()).not.toContain("usage");
  });

  it("ends in an error without a finish and without [DONE]", () => {
    const failed = decodeChunks(delta({ content: "a" }));
    const chunks = chunksOf(encodeStream([...failed, end]));
    expect(chunks.at(-1)).toMatchObject({ error: { code: "provider_cut" } });
    expect(chunks).toHaveLength(3);
  });

  it("is text alone where completions were asked for", () => {
    const events = decodeChunks(delta({ reasoning: "hm" }), delta({ content: "so" }), delta({}, "stop"), "[DONE]");
    const chunks = chunksOf(encodeStream(events, encodeContext({ surface: "completions", wantsUsage: false })));
    expect(chunks).toMatchObject([
      { id: "cmpl-7", object: "text_completion", choices: [{ text: "so", finish_reason: null }] },
      { choices: [{ text: "", finish_reason: "stop" }] },
      "[DONE]",
    ]);
  });
});
