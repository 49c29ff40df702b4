/** What the tests of this codec share: a request's target, an answer's context, and streams as bytes. */
import fc from "fast-check";
import type { IrEvent } from "../../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { anthropicMessagesCodec as codec } from "../../../../src-gateway/protocols/anthropic-messages/codec.ts";
import { createSseSplitter } from "../../../../src-gateway/protocols/sse/splitter.ts";
import type { EncodeContext, RequestTarget } from "../../../../src-gateway/protocols/types.ts";

export const requestTarget = (surface: RequestTarget["surface"] = "messages"): RequestTarget => ({
  surface,
  pathModel: null,
  pathMethod: null,
  query: "",
});

export const answerContext = (): EncodeContext => ({
  surface: "messages",
  exchangeId: 42,
  createdAt: 1_800_000_000,
  model: "gpt-x",
  wantsUsage: true,
  framing: "sse",
});

export function readStream(bytes: Buffer): IrEvent[] {
  const splitter = createSseSplitter();
  const decoder = codec.createStreamDecoder();
  const frames = [...splitter.push(bytes), ...splitter.finish()];
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}

export function writeStream(events: Iterable<IrEvent>): Buffer {
  const encoder = codec.createStreamEncoder(answerContext());
  return Buffer.concat([...events].map((event) => encoder.push(event)));
}

/** The bytes of a stream from its events, each named by its type. */
export const sse = (...events: JsonObject[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`).join(""));

/** Objects as they come over a wire, with names that mean something now and then. */
export const jsonObjects: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.oneof(
    { weight: 3, arbitrary: fc.string() },
    fc.constantFrom(
      "cache_control",
      "citations",
      "strict",
      "description",
      "content",
      "is_error",
      "display",
      "metadata",
    ),
    fc.constantFrom("title", "signature", "input", "disable_parallel_tool_use", "format", "system", "thinking", "role"),
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  { maxKeys: 4 },
);
