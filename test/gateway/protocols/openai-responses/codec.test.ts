import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerEvents,
  collectAnswer,
  type Finish,
  type IrAnswer,
  type IrEvent,
} from "../../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part } from "../../../../src-gateway/ir/part.ts";
import { type ExtraCounts, NO_USAGE, type Usage } from "../../../../src-gateway/ir/usage.ts";
import { countsFromItems } from "../../../../src-gateway/protocols/extra-usage.ts";
import { openaiResponsesCodec as codec } from "../../../../src-gateway/protocols/openai-responses/codec.ts";
import {
  answerContext,
  encodeTarget,
  eventsIn,
  jsonObjects,
  readStream,
  requestTarget,
  writeStream,
} from "./codec-tools.ts";

const again = (request: JsonObject) => codec.encodeRequest(codec.decodeRequest(request, requestTarget), encodeTarget);

describe("what this wire sent", () => {
  it.each([true, false, null, "yes"])("keeps the flag stream: %s", (stream) => {
    const request = { model: "MODEL", input: "x", stream, temperature: "0.5", top_p: null };
    expect(again(request)).toStrictEqual(request);
    expect(codec.decodeRequest(request, requestTarget).stream).toBe(stream === true);
  });

  it("keeps every unknown field, at every level, whatever its value", () => {
    const property = fc.property(jsonObjects, jsonObjects, jsonObjects, jsonObjects, (top, item, piece, tool) => {
      const request = {
        ...top,
        model: "MODEL",
        input: [
          { ...item, role: "user", content: [{ ...piece, type: "input_text", text: "x" }] },
          { ...item, type: "message", role: "assistant", content: [{ ...piece, type: "output_text", text: "y" }] },
          { ...item, type: "message", role: "developer", content: [{ ...piece, type: "input_image", file_id: "f" }] },
          { ...item, type: "function_call", call_id: "a", name: "n", arguments: "{}" },
          { ...item, type: "function_call_output", call_id: "a", output: [{ ...piece, type: "input_file" }] },
          { ...item, type: "custom_tool_call", call_id: "b" },
          { ...item, type: "reasoning", summary: [{ ...piece, text: "s" }], content: item },
          { ...item, type: "next_year" },
        ],
        tools: [
          { ...tool, type: "function", name: "n", parameters: tool },
          { ...tool, type: "custom", name: "c", format: tool },
          { ...tool, type: "namespace", name: "s", tools: [{ ...tool, type: "function" }] },
        ],
        reasoning: { ...tool, effort: "low" },
        text: { ...tool, format: { ...piece, type: "json_schema", name: "n" } },
        tool_choice: { ...tool, type: "function", name: "n" },
      };
      expect(again(request)).toStrictEqual(request);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("may hold anything at all in any field", () => {
    const anything = fc.oneof(
      fc.jsonValue().filter((value) => !Array.isArray(value)),
      fc.array(jsonObjects, { maxLength: 3 }),
    );
    const names = ["instructions", "tools", "tool_choice", "text", "reasoning", "top_logprobs", "user", "metadata"];
    const record = Object.fromEntries(names.map((name) => [name, anything]));
    const property = fc.property(fc.record(record, { requiredKeys: [] }), fc.array(jsonObjects), (fields, input) => {
      const request: JsonObject = { model: "MODEL", input, ...fields };
      expect(again(request)).toStrictEqual(request);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

const opaque = fc.string({ minLength: 1 }).map((value) => ({ wire: "openai-responses" as const, value }));
const text = fc.string({ unit: "grapheme", minLength: 1 });
const citations = fc.array(fc.record({ url: fc.webUrl(), title: text, start: fc.nat(), end: fc.nat() }), {
  minLength: 1,
  maxLength: 3,
});
const call = { kind: fc.constant("call" as const), id: text, name: text };
const args = jsonObjects.map((value) => JSON.stringify(value));
const parts: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), text: fc.string() }),
  fc.record({ kind: fc.constant("text" as const), text, citations }),
  fc.record({ kind: fc.constant("refusal" as const), text }),
  fc.record({ kind: fc.constant("thinking" as const), text }),
  fc.record({ kind: fc.constant("thinking" as const), text, opaque }),
  fc.record({ kind: fc.constant("thinking" as const), text: fc.constant(""), redacted: fc.constant(true), opaque }),
  fc.record({ ...call, args }),
  fc.record({ ...call, args, namespace: text }),
  fc.record({ ...call, args: fc.string(), custom: fc.constant(true) }),
  jsonObjects.map((action) => ({
    kind: "native" as const,
    wire: "openai-responses" as const,
    type: "web_search_call",
    raw: { type: "web_search_call", id: "ws", action },
  })),
);
const count = fc.nat(1_000_000);
const usages: fc.Arbitrary<Usage> = fc
  .record({ inputUncached: count, cacheRead: count, cacheWrite5m: count, output: count, reasoning: count })
  .map((usage) => ({ ...NO_USAGE, ...usage, output: usage.output + usage.reasoning }));
/** The finishes that the wire can tell apart, and that fit the parts. */
const finishOf = (list: Part[]): fc.Arbitrary<Finish> =>
  fc.constantFrom<Finish>(
    list.some((part) => part.kind === "call")
      ? { reason: "tool_calls", raw: "completed" }
      : list.some((part) => part.kind === "refusal")
        ? { reason: "refusal", raw: "completed" }
        : { reason: "stop", raw: "completed" },
    { reason: "length", raw: "incomplete: max_output_tokens" },
    { reason: "filter", raw: "incomplete: content_filter" },
  );
/** What a reader finds among the parts. */
const searchesOf = (list: Part[]): { counts?: fc.Arbitrary<ExtraCounts> } => {
  const counts = countsFromItems(list.map((part) => (part.kind === "native" ? part.raw : null)));
  return counts === null ? {} : { counts: fc.constant(counts) };
};
const answers: fc.Arbitrary<IrAnswer> = fc.array(parts, { maxLength: 6 }).chain((list) =>
  fc.record({
    id: fc.constant("resp_16"),
    model: fc.constant("gpt-x"),
    parts: fc.constant(list),
    finish: finishOf(list),
    usage: usages,
    serviceTier: fc.constantFrom("default", "flex", "priority"),
    ...searchesOf(list),
  }),
);
const withoutHome = <T extends { home?: JsonObject }>(piece: T): Omit<T, "home"> => {
  const { home: _, ...rest } = piece;
  return rest;
};
/** Homes hold ids and the like, and are no part of what was said. */
const comparable = (answer: IrAnswer) => ({
  ...withoutHome(answer),
  parts: answer.parts.map((part) =>
    part.kind === "text" && part.citations
      ? { ...withoutHome(part), citations: part.citations.map(withoutHome) }
      : withoutHome(part),
  ),
});
const inPieces = (answer: IrAnswer, size: number): IrEvent[] =>
  [...answerEvents(answer)].flatMap((event): IrEvent[] =>
    event.type === "delta"
      ? (event.text.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? []).map((piece) => ({ type: "delta", text: piece }))
      : [event],
  );

describe("any answer", () => {
  it("survives being written and read", () => {
    const property = fc.property(answers, (answer) => {
      const written = JSON.parse(JSON.stringify(codec.encodeAnswer(answer, answerContext()))) as JsonObject;
      expect(comparable(codec.decodeAnswer(written))).toEqual(comparable(answer));
      const rewritten = codec.encodeAnswer(codec.decodeAnswer(written), answerContext());
      expect(rewritten).toStrictEqual(written);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("survives being streamed, with its texts cut anywhere", () => {
    const property = fc.property(answers, fc.integer({ min: 1, max: 9 }), (answer, size) => {
      expect(comparable(collectAnswer(readStream(writeStream(inPieces(answer, size)))))).toEqual(comparable(answer));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("ends its stream with the response that it is as a whole", () => {
    const property = fc.property(answers, fc.integer({ min: 1, max: 9 }), (answer, size) => {
      const events = eventsIn(writeStream(inPieces(answer, size)));
      const last = events.at(-1)?.["response"];
      const whole = JSON.parse(JSON.stringify(codec.encodeAnswer(answer, answerContext()))) as JsonObject;
      expect(last).toEqual(whole);
      expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_, n) => n));
      const done = events.filter((event) => event["type"] === "response.output_item.done");
      expect(done.map((event) => event["item"])).toEqual(whole["output"]);
      expect(done.map((event) => event["output_index"])).toEqual(done.map((_, n) => n));
    });
    fc.assert(property, { numRuns: 100 });
  });
});
