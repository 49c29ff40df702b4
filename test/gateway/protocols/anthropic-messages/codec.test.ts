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
import { NO_USAGE, type Usage } from "../../../../src-gateway/ir/usage.ts";
import { anthropicMessagesCodec as codec } from "../../../../src-gateway/protocols/anthropic-messages/codec.ts";
import { answerContext, jsonObjects, readStream, requestTarget, writeStream } from "./codec-tools.ts";

const again = (request: JsonObject) => {
  const decoded = codec.decodeRequest(request, requestTarget());
  return codec.encodeRequest(decoded, { model: decoded.model, profile: {}, compat: new Set() });
};

describe("what this wire sent", () => {
  it.each([true, false, null])("keeps the flag stream: %s", (stream) => {
    const request = { model: "m", max_tokens: 1, messages: [], stream };
    expect(again(request)).toEqual(request);
    expect(codec.decodeRequest(request, requestTarget()).stream).toBe(stream === true);
  });

  it("keeps every unknown field, at every level, whatever its value", () => {
    const property = fc.property(jsonObjects, jsonObjects, jsonObjects, jsonObjects, (top, turn, block, tool) => {
      const request = {
        ...top,
        system: "s",
        model: "m",
        max_tokens: 5,
        messages: [
          { ...turn, role: "user", content: [{ ...block, type: "text", text: "x" }] },
          { role: "assistant", content: [{ ...block, type: "tool_use", id: "a", name: "n", input: turn }] },
          { role: "user", content: [{ ...block, type: "tool_result", tool_use_id: "a", content: "c" }] },
          { role: "user", content: [{ ...block, type: "image", source: { ...block, type: "base64" } }] },
        ],
        tools: [
          { ...tool, name: "n", input_schema: tool },
          { ...tool, type: "next_year" },
        ],
        thinking: { ...tool, type: "adaptive" },
        output_config: { ...tool, effort: "low" },
        tool_choice: { ...tool, type: "any" },
      };
      expect(again(request)).toEqual(request);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

const opaque = fc.string({ minLength: 1 }).map((value) => ({ wire: "anthropic-messages" as const, value }));
const text = fc.string({ unit: "grapheme", minLength: 1 });
const citations = fc.array(
  fc.record({
    url: fc.webUrl(),
    title: text,
    quoted: text,
    home: fc.constant({ type: "web_search_result_location", encrypted_index: "E" }),
  }),
  { minLength: 1, maxLength: 3 },
);
const parts: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), text }),
  fc.record({ kind: fc.constant("text" as const), text, citations }),
  fc.record({ kind: fc.constant("thinking" as const), text: fc.string(), opaque }),
  fc.record({ kind: fc.constant("thinking" as const), text: fc.constant(""), redacted: fc.constant(true), opaque }),
  fc.record({
    kind: fc.constant("call" as const),
    id: text,
    name: text,
    args: jsonObjects.map((v) => JSON.stringify(v)),
  }),
  jsonObjects.map((input) => ({
    kind: "native" as const,
    wire: "anthropic-messages" as const,
    type: "server_tool_use",
    raw: { type: "server_tool_use", id: "s", name: "web_search", input },
  })),
);
const count = fc.nat(1_000_000);
const usages: fc.Arbitrary<Usage> = fc
  .record({
    inputUncached: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    output: count,
    reasoning: count,
  })
  .map((usage) => ({ ...NO_USAGE, ...usage, output: usage.output + usage.reasoning }));
/** The finishes that the wire can tell apart, and that fit the parts. */
const finishOf = (list: Part[]): fc.Arbitrary<Finish> =>
  list.some((part) => part.kind === "call")
    ? fc.constant({ reason: "tool_calls", raw: "tool_use" })
    : fc.constantFrom<Finish>(
        { reason: "stop", raw: "end_turn" },
        { reason: "length", raw: "max_tokens" },
        { reason: "context", raw: "model_context_window_exceeded" },
        { reason: "refusal", raw: "refusal" },
        { reason: "paused", raw: "pause_turn" },
        { reason: "stop_sequence", raw: "stop_sequence", sequence: "END" },
      );
const answers: fc.Arbitrary<IrAnswer> = fc.array(parts, { maxLength: 6 }).chain((list) =>
  fc.record({
    id: fc.constant("msg_16"),
    model: fc.constant("gpt-x"),
    parts: fc.constant(list),
    finish: finishOf(list),
    usage: usages,
    serviceTier: fc.constantFrom("standard", "priority", "batch"),
  }),
);
/** An empty line of arguments and an empty object mean the same. */
const comparable = (answer: IrAnswer) => {
  const { home: _, ...rest } = answer;
  return {
    ...rest,
    parts: rest.parts.map((part) => (part.kind === "call" && part.args === "" ? { ...part, args: "{}" } : part)),
  };
};

describe("any answer", () => {
  it("survives being written and read", () => {
    const property = fc.property(answers, (answer) => {
      const written = JSON.parse(JSON.stringify(codec.encodeAnswer(answer, answerContext()))) as JsonObject;
      expect(comparable(codec.decodeAnswer(written))).toEqual(comparable(answer));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("survives being streamed, with its texts cut anywhere", () => {
    const property = fc.property(answers, fc.integer({ min: 1, max: 9 }), (answer, size) => {
      const events = [...answerEvents(answer)].flatMap((event): IrEvent[] =>
        event.type === "delta"
          ? (event.text.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? []).map((piece) => ({ ...event, text: piece }))
          : [event],
      );
      expect(comparable(collectAnswer(readStream(writeStream(events))))).toEqual(comparable(answer));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("is written block by block, each closed before the next, numbered without gaps", () => {
    const property = fc.property(answers, (answer) => {
      const frames = writeStream(answerEvents(answer)).toString().split("\n\n").slice(0, -1);
      const events = frames.map((frame) => {
        const [eventLine = "", dataLine = ""] = frame.split("\n");
        const event = JSON.parse(dataLine.slice("data: ".length)) as { type: string; index?: number };
        return { named: eventLine.slice("event: ".length), ...event };
      });
      expect(events.map((event) => event.named)).toEqual(events.map((event) => event.type));
      const outline = events.map(({ type, index }) => `${type} ${index ?? ""}`.trim()).join(",");
      const blocks = [
        ...outline.matchAll(/content_block_start (\d+)(?:,content_block_delta \1)*,content_block_stop \1\b/g),
      ];
      expect(outline).toBe(
        ["message_start", ...blocks.map(([block]) => block), "message_delta", "message_stop"].join(","),
      );
      expect(blocks.map(([, index]) => Number(index))).toEqual(blocks.map((_, at) => at));
    });
    fc.assert(property, { numRuns: 100 });
  });
});
