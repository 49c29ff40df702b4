import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IrAnswer } from "../../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part } from "../../../../src-gateway/ir/part.ts";
import { NO_USAGE } from "../../../../src-gateway/ir/usage.ts";
import { geminiContentCodec as codec } from "../../../../src-gateway/protocols/gemini-content/codec.ts";
import { plain, randomAnswer } from "./random-answers.ts";
import { CONTEXT } from "./targets.ts";

const answerOf = (candidate: JsonObject, more: JsonObject = {}): IrAnswer =>
  codec.decodeAnswer({ candidates: [candidate], ...more });
const saying = (...parts: Part[]): IrAnswer => ({
  id: "x",
  model: "y",
  parts,
  finish: { reason: "stop", raw: "stop" },
  usage: null,
});

describe("an answer of Gemini", () => {
  it.each<[string, boolean, IrAnswer["finish"]["reason"]]>([
    ["STOP", false, "stop"],
    ["STOP", true, "tool_calls"],
    ["MAX_TOKENS", true, "length"],
    ["SAFETY", false, "filter"],
    ["RECITATION", false, "filter"],
    ["IMAGE_SOMETHING_NEW", false, "filter"],
    ["NO_IMAGE", false, "filter"],
    ["CONTINUATION", false, "paused"],
    ["MALFORMED_FUNCTION_CALL", false, "error"],
    ["TOO_MANY_TOOL_CALLS", true, "error"],
    ["A_NEW_WORD", false, "stop"],
    ["A_NEW_WORD", true, "tool_calls"],
  ])("that ends with %s (calls: %s) has finished for %s", (finishReason, calls, reason) => {
    const parts = calls ? [{ functionCall: { name: "f" } }] : [{ text: "x" }];
    expect(answerOf({ content: { parts }, finishReason }).finish).toEqual({ reason, raw: finishReason });
  });

  it("that says nothing and gives no known reason is an error", () => {
    expect(answerOf({ finishReason: "OTHER" }).finish).toEqual({ reason: "error", raw: "OTHER" });
    expect(codec.decodeAnswer({}).finish).toEqual({ reason: "error", raw: null });
  });

  it("to a refused prompt was filtered", () => {
    const answer = codec.decodeAnswer({ prompt_feedback: { block_reason: "OTHER" } });
    expect(answer).toMatchObject({ parts: [], finish: { reason: "filter", raw: "OTHER" }, usage: null });
  });

  it("that is an error is thrown", () => {
    const error = { code: 429, status: "RESOURCE_EXHAUSTED", message: "Slow down." };
    expect(() => codec.decodeAnswer({ error })).toThrow(
      expect.objectContaining({ code: "rate_limited", message: "Slow down." }),
    );
  });

  it("names model and id, and its tokens in either spelling", () => {
    const usage = {
      prompt_token_count: 9,
      cached_content_token_count: 4,
      candidates_token_count: 3,
      thoughts_token_count: 2,
    };
    const answer = answerOf({}, { model_version: "m", response_id: "r", usage_metadata: usage });
    expect(answer).toMatchObject({
      id: "r",
      model: "m",
      usage: { ...NO_USAGE, inputUncached: 5, cacheRead: 4, output: 5, reasoning: 2 },
    });
  });

  it("cites what it read, in letters and not in bytes", () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: "https://a", title: "A" } }, { web: {} }, { maps: { uri: "https://c" } }],
      groundingSupports: [
        { segment: { startIndex: 6, endIndex: 10 }, groundingChunkIndices: [0, 1, 7] },
        { segment: { partIndex: 2, endIndex: 2 }, groundingChunkIndices: [0] },
      ],
    };
    const parts = [{ text: "Käse 🧀 gut" }, { text: "hm", thought: true }, { text: "ja" }];
    const citationMetadata = { citations: [{ startIndex: 0, endIndex: 5, uri: "https://d" }, { startIndex: 1 }] };
    expect(answerOf({ content: { parts }, groundingMetadata, citationMetadata }).parts).toMatchObject([
      {
        text: "Käse 🧀 gut",
        citations: [
          { url: "https://a", title: "A", start: 5, end: 7 },
          { url: "https://c" },
          { url: "https://d", start: 0, end: 4 },
        ],
      },
      { text: "hm" },
      { text: "ja", citations: [{ url: "https://a", title: "A", start: 0, end: 2 }] },
    ]);
  });

  it("is read whatever its pieces are", () => {
    const odd = [
      null,
      5,
      "x",
      [],
      {},
      { parts: null },
      { parts: [null] },
      { content: 5 },
      { content: { parts: [[]] } },
    ];
    for (const candidates of [...odd, odd]) expect(codec.decodeAnswer({ candidates }).parts).toEqual([]);
  });
});

describe("an answer of another wire", () => {
  const encode = (answer: IrAnswer): JsonObject => codec.encodeAnswer(answer, CONTEXT);
  const partsOf = (answer: IrAnswer): unknown =>
    (encode(answer)["candidates"] as { content: { parts: unknown } }[])[0]?.content.parts;

  it("reports the gateway's id and the model that was asked for", () => {
    expect(encode(saying({ kind: "text", text: "a" }))).toEqual({
      candidates: [{ content: { parts: [{ text: "a" }], role: "model" }, finishReason: "STOP", index: 0 }],
      modelVersion: "g-2026-11",
      responseId: "r5",
    });
  });

  it("has a call's id only where it has one, and signatures wherever they came from", () => {
    const opaque = { wire: "anthropic-messages", value: "sig" } as const;
    expect(
      partsOf(
        saying(
          { kind: "thinking", text: "hm", opaque },
          { kind: "thinking", text: "", redacted: true, opaque },
          { kind: "call", id: "", name: "f", args: "" },
          { kind: "call", id: "c", name: "f", args: "[1]" },
        ),
      ),
    ).toEqual([
      { text: "hm", thought: true, thoughtSignature: "sig" },
      { text: "", thought: true, thoughtSignature: "sig" },
      { functionCall: { name: "f", args: {} } },
      { functionCall: { id: "c", name: "f", args: { _raw: "[1]" } } },
    ]);
  });

  it("tells a refusal as text, and leaves out what only another wire has a word for", () => {
    const native: Part = { kind: "native", wire: "openai-responses", type: "web_search_call", raw: { id: "ws" } };
    expect(partsOf(saying({ kind: "refusal", text: "No." }, native))).toEqual([{ text: "No." }]);
  });

  it("writes nothing of another wire's home", () => {
    const answer = saying({ kind: "text", text: "a", home: { annotations: [] } });
    const encoded = encode({ ...answer, home: { system_fingerprint: "fp", $candidate: {} } });
    expect(JSON.stringify(encoded)).not.toMatch(/system_fingerprint|annotations/);
  });

  it.each<[IrAnswer["finish"], string]>([
    [{ reason: "stop_sequence", raw: "stop_sequence", sequence: "x" }, "STOP"],
    [{ reason: "tool_calls", raw: "tool_use" }, "STOP"],
    [{ reason: "context", raw: null }, "MAX_TOKENS"],
    [{ reason: "refusal", raw: "refusal" }, "SAFETY"],
    [{ reason: "filter", raw: "RECITATION" }, "RECITATION"],
    [{ reason: "filter", raw: "STOP" }, "SAFETY"],
    [{ reason: "error", raw: "A_NEW_WORD" }, "MALFORMED_RESPONSE"],
  ])("ends for %j with %s", (finish, word) => {
    expect(encode({ ...saying(), finish })["candidates"]).toMatchObject([{ finishReason: word }]);
  });

  it("survives the way to a client of Gemini and back", () => {
    fc.assert(
      fc.property(randomAnswer, (answer) => {
        const wire = JSON.parse(JSON.stringify(codec.encodeAnswer(answer, CONTEXT))) as JsonObject;
        expect(plain(codec.decodeAnswer(wire))).toEqual(plain(answer));
      }),
      { numRuns: 300 },
    );
  });
});
