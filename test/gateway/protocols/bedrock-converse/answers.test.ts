import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import { NO_USAGE } from "../../../../src-gateway/ir/usage.ts";
import { bedrockConverseCodec } from "../../../../src-gateway/protocols/bedrock-converse/codec.ts";
import { decodeError } from "../../../../src-gateway/protocols/bedrock-converse/error.ts";
import { createEventStreamSplitter } from "../../../../src-gateway/protocols/bedrock-converse/event-stream.ts";
import type { JsonObject } from "../../../../src-gateway/protocols/loose-json.ts";
import { eventFrame, exceptionFrame } from "../../../support/aws-event-stream.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/bedrock-converse/${name}`, import.meta.url));
const answerOf = (name: string) =>
  bedrockConverseCodec.decodeAnswer(JSON.parse(fixture(`${name}.answer.json`).toString()) as JsonObject);

function decode(bytes: Buffer): IrEvent[] {
  const splitter = createEventStreamSplitter();
  const decoder = bedrockConverseCodec.createStreamDecoder();
  return [...splitter.push(bytes).flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}
const stream = (...frames: [string, unknown][]): IrEvent[] =>
  decode(Buffer.concat(frames.map(([type, payload]) => eventFrame(type, payload))));
const delta = (index: number, piece: unknown): [string, unknown] => [
  "contentBlockDelta",
  { contentBlockIndex: index, delta: piece },
];
const stop = (index: number): [string, unknown] => ["contentBlockStop", { contentBlockIndex: index }];
const END: [string, unknown] = ["messageStop", { stopReason: "end_turn" }];

describe("an answer of Bedrock Converse", () => {
  it("is read whole", () => {
    expect(answerOf("thinking-tools")).toEqual({
      id: null,
      model: null,
      parts: [
        {
          kind: "thinking",
          text: "The user wants the weather; I call the tool.",
          opaque: { wire: "bedrock-converse", value: "c2lnbmF0dXJl" },
        },
        { kind: "text", text: "Ich sehe nach: Zürich ⛅" },
        { kind: "call", id: "tooluse_a1", name: "weather", args: '{"city":"Zürich"}' },
        { kind: "call", id: "tooluse_b2", name: "now", args: "" },
      ],
      finish: { reason: "tool_calls", raw: "tool_use" },
      usage: { ...NO_USAGE, inputUncached: 21, cacheRead: 1000, cacheWrite5m: 4, cacheWrite1h: 20, output: 64 },
      serviceTier: "default",
    });
  });

  it("is the same when it streams", () => {
    expect(collectAnswer(decode(fixture("thinking-tools.eventstream")))).toEqual(answerOf("thinking-tools"));
  });

  it("keeps what Bedrock's own tools did apart from calls of the client's tools", () => {
    const answer = answerOf("cited-server-tool");
    expect(answer.parts).toEqual([
      { kind: "thinking", text: "", redacted: true, opaque: { wire: "bedrock-converse", value: "cmVkYWN0ZWQ=" } },
      { kind: "native", wire: "bedrock-converse", type: "toolUse", raw: expect.anything() },
      { kind: "native", wire: "bedrock-converse", type: "toolResult", raw: expect.anything() },
      {
        kind: "text",
        text: "Rain tomorrow.",
        citations: [
          { url: "https://weather.example/zh", title: "Weather", quoted: "rain expected", start: 0, end: 14 },
          { start: 0, end: 14 },
        ],
      },
      { kind: "image", blob: { data: "/9j/", mime: "image/jpeg" } },
    ]);
    expect(answer).toMatchObject({ model: "amazon.nova-pro-v1:0", finish: { reason: "stop" }, usage: { output: 0 } });
  });

  it.each([
    ["end_turn", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "context"],
    ["stop_sequence", "stop_sequence"],
    ["guardrail_intervened", "filter"],
    ["content_filtered", "filter"],
    ["malformed_tool_use", "error"],
    ["tool_use", "stop"],
    ["brand_new", "stop"],
  ])("that ended with %s has the finish %s", (stopReason, reason) => {
    const answer = { output: { message: { content: [{ text: "x" }] } }, stopReason };
    expect(bedrockConverseCodec.decodeAnswer(answer)).toMatchObject({
      finish: { reason, raw: stopReason },
      usage: null,
    });
    expect(collectAnswer(stream(delta(0, { text: "x" }), ["messageStop", { stopReason }])).finish.reason).toBe(reason);
  });

  it("that is an error in the clothes of a success is thrown", () => {
    const decodeAnswer = (json: JsonObject) => () => bedrockConverseCodec.decodeAnswer(json);
    expect(decodeAnswer({ message: "Slow down", __type: "ThrottlingException" })).toThrow(
      expect.objectContaining({ code: "rate_limited", message: "Slow down" }),
    );
    expect(decodeAnswer({ Output: { __type: "com.amazon.coral.service#UnknownOperationException" } })).toThrow(
      expect.objectContaining({ code: "provider_error", message: expect.stringContaining("UnknownOperation") }),
    );
  });
});

describe("a stream of Bedrock Converse", () => {
  it("opens parts by their first piece, and waits for the usage behind the end", () => {
    const decoder = bedrockConverseCodec.createStreamDecoder();
    const push = (type: string, payload: unknown) =>
      createEventStreamSplitter()
        .push(eventFrame(type, payload))
        .flatMap((frame) => decoder.push(frame));
    expect(push("messageStart", { role: "assistant" })).toEqual([
      { type: "start", id: null, model: null, usage: null },
    ]);
    expect(push("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "a" } })).toEqual([
      { type: "part-start", part: { kind: "text" } },
      { type: "delta", text: "a" },
    ]);
    expect(push("contentBlockStop", { contentBlockIndex: 0 })).toEqual([{ type: "part-end" }]);
    expect(push("messageStop", { stopReason: "end_turn" })).toEqual([]);
    expect(push("metadata", { usage: { inputTokens: 1, outputTokens: 2 } })).toEqual([
      {
        type: "end",
        finish: { reason: "stop", raw: "end_turn" },
        usage: { ...NO_USAGE, inputUncached: 1, output: 2 },
      },
    ]);
    expect(decoder.end()).toEqual([]);
  });

  it("that is cut before its end is an error, and one that only lacks its usage is not", () => {
    expect(stream(delta(0, { text: "a" })).slice(-2)).toEqual([
      { type: "part-end" },
      { type: "error", error: expect.objectContaining({ code: "provider_cut" }) },
    ]);
    expect(stream().map(({ type }) => type)).toEqual(["start", "error"]);
    expect(stream(delta(0, { text: "a" }), stop(0), END).at(-1)).toMatchObject({ type: "end", usage: null });
  });

  it("ends with an exception, and says nothing after it", () => {
    const bytes = Buffer.concat([fixture("throttled.eventstream"), eventFrame("messageStop", {})]);
    expect(decode(bytes)).toEqual([
      { type: "start", id: null, model: null, usage: null },
      { type: "part-start", part: { kind: "text" } },
      { type: "delta", text: "Half an ans" },
      { type: "part-end" },
      { type: "error", error: expect.objectContaining({ code: "rate_limited", retryable: true }) },
    ]);
  });

  it.each([
    ["validationException", { message: "Input is too long for requested model." }, "context_length_exceeded"],
    ["validationException", { message: "messages.0.content is empty" }, "invalid_request"],
    ["modelStreamErrorException", { originalMessage: "boom", originalStatusCode: 500 }, "provider_error"],
    ["serviceUnavailableException", {}, "overloaded"],
    ["internalServerException", { message: "x" }, "provider_error"],
    ["somethingNewException", { message: "x" }, "provider_error"],
  ])("says of %s with %j that it is %s", (name, payload, code) => {
    expect(decode(exceptionFrame(name, payload)).at(-1)).toMatchObject({ type: "error", error: { code } });
  });

  it("hands on signatures once and whole, thoughts without text, redacted ones, images and tools of Bedrock", () => {
    const answer = collectAnswer(
      stream(
        delta(0, { reasoningContent: { signature: "ab" } }),
        delta(0, { reasoningContent: { signature: "cd" } }),
        stop(0),
        delta(1, { reasoningContent: { redactedContent: "cmVk" } }),
        delta(1, { reasoningContent: { redactedContent: "YWN0ZWQ=" } }),
        stop(1),
        ["contentBlockStart", { contentBlockIndex: 2, start: { image: { format: "png" } } }],
        delta(2, { image: { source: { bytes: "iVBORw==" } } }),
        stop(2),
        [
          "contentBlockStart",
          { contentBlockIndex: 3, start: { toolUse: { toolUseId: "s", name: "search", type: "server_tool_use" } } },
        ],
        delta(3, { toolUse: { input: '{"q":' } }),
        delta(3, { toolUse: { input: "1}" } }),
        stop(3),
        ["contentBlockStart", { contentBlockIndex: 4, start: { toolResult: { toolUseId: "s", status: "success" } } }],
        delta(4, { toolResult: [{ text: "hit" }] }),
        stop(4),
        delta(5, { text: "Rain." }),
        delta(5, { citation: { title: "W", location: { web: { url: "https://weather.example" } } } }),
        END,
      ),
    );
    expect(answer.parts).toEqual([
      { kind: "thinking", text: "", opaque: { wire: "bedrock-converse", value: "abcd" } },
      { kind: "thinking", text: "", redacted: true, opaque: { wire: "bedrock-converse", value: "cmVkYWN0ZWQ=" } },
      { kind: "image", blob: { data: "iVBORw==", mime: "image/png" } },
      {
        kind: "native",
        wire: "bedrock-converse",
        type: "toolUse",
        raw: { toolUse: { toolUseId: "s", name: "search", type: "server_tool_use", input: { q: 1 } } },
      },
      {
        kind: "native",
        wire: "bedrock-converse",
        type: "toolResult",
        raw: { toolResult: { toolUseId: "s", status: "success", content: [{ text: "hit" }] } },
      },
      { kind: "text", text: "Rain.", citations: [{ title: "W", url: "https://weather.example" }] },
    ]);
    expect(answer.finish.reason).toBe("stop");
  });

  it("puts interleaved blocks in order, one open at a time", () => {
    const events = stream(
      delta(0, { text: "a" }),
      ["contentBlockStart", { contentBlockIndex: 1, start: { toolUse: { toolUseId: "t", name: "n" } } }],
      delta(1, { toolUse: { input: "{}" } }),
      delta(0, { text: "b" }),
      stop(1),
      stop(0),
      END,
    );
    expect(events.map(({ type }) => type).join(" ")).toBe(
      "start part-start delta delta part-end part-start delta part-end end",
    );
    expect(collectAnswer(events).parts).toEqual([
      { kind: "text", text: "ab" },
      { kind: "call", id: "t", name: "n", args: "{}" },
    ]);
  });

  it("keeps to the grammar whatever comes", () => {
    const index = fc.nat(2);
    const piece = fc.oneof(
      fc.constantFrom({ text: "x" }, { toolUse: { input: "{" } }, { reasoningContent: { text: "t" } }, {}, null),
      fc.constantFrom({ reasoningContent: { signature: "s" } }, { citation: {} }, { toolResult: 5 }),
    );
    const start = fc.constantFrom({ toolUse: {} }, { toolUse: { toolUseId: 3 } }, { image: {} }, { toolResult: {} }, 7);
    const event = fc.oneof(
      fc.record({ type: fc.constant("contentBlockDelta"), index, piece }),
      fc.record({ type: fc.constant("contentBlockStart"), index, piece: start }),
      fc.record({ type: fc.constantFrom("contentBlockStop", "messageStop", "metadata", "x"), index, piece }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 15 }), (frames) => {
        const events = stream(
          ...frames.map(({ type, index: contentBlockIndex, piece: content }): [string, unknown] => [
            type,
            { contentBlockIndex, [type === "contentBlockStart" ? "start" : "delta"]: content },
          ]),
        );
        const words = events.map(({ type }) => type).join(" ");
        expect(`${words} `).toMatch(
          /^start (?:part-start (?:(?:delta|citation|opaque) )*part-end |part )*(?:end|error) $/,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("an error answer of Bedrock", () => {
  it.each([
    [400, "ValidationException", { message: "The provided model identifier is invalid." }, "model_not_found"],
    [400, "ValidationException:http://internal.amazon.com/", { message: "Bad." }, "invalid_request"],
    [400, "ValidationException", { message: "Input is too long for requested model." }, "context_length_exceeded"],
    [400, "ServiceQuotaExceededException", { message: "Too many." }, "rate_limited"],
    [403, "UnrecognizedClientException", { message: "The security token is invalid." }, "provider_auth_failed"],
    [404, "ResourceNotFoundException", { Message: "No such model." }, "model_not_found"],
    [408, "ModelTimeoutException", { message: "x" }, "provider_timeout"],
    [424, "ModelErrorException", { message: "x" }, "provider_error"],
    [429, "ThrottlingException", { message: "Too many requests" }, "rate_limited"],
    [429, "ModelNotReadyException", { message: "x" }, "overloaded"],
    [503, "ServiceUnavailableException", { message: "x" }, "overloaded"],
  ])("%i %s %j is %s", (status, type, body, code) => {
    const error = decodeError(status, { "x-amzn-errortype": type }, Buffer.from(JSON.stringify(body)));
    expect(error.code).toBe(code);
    // Of the gateway's own credential, clients hear only that it was refused.
    expect(error.message.includes(Object.values(body).join(""))).toBe(code !== "provider_auth_failed");
  });

  it("may have no JSON at all", () => {
    expect(decodeError(502, {}, Buffer.from("<html>Bad Gateway</html>"))).toMatchObject({
      code: "provider_error",
      message: "Bad Gateway",
    });
  });
});
