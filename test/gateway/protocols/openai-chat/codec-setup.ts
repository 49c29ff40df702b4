/** What the tests of this codec share: contexts with nothing special in them, and streams both ways. */
import type { IrEvent } from "../../../../src-gateway/ir/answer.ts";
import type { EncodeTarget } from "../../../../src-gateway/protocols/codec.ts";
import { openaiChatCodec } from "../../../../src-gateway/protocols/openai-chat/codec.ts";
import { createSseSplitter } from "../../../../src-gateway/protocols/sse/splitter.ts";
import type { EncodeContext, RequestTarget } from "../../../../src-gateway/protocols/types.ts";

export const chatTarget: RequestTarget = { surface: "chat", pathModel: null, pathMethod: null, query: "" };

export const encodeTarget = (more: Partial<EncodeTarget> = {}): EncodeTarget => ({
  model: "m",
  profile: {},
  compat: new Set(),
  ...more,
});

export const encodeContext = (more: Partial<EncodeContext> = {}): EncodeContext => ({
  surface: "chat",
  exchangeId: 7,
  createdAt: 1_795_000_000,
  model: "m",
  wantsUsage: true,
  framing: "sse",
  ...more,
});

/** The events of a stream, given as its bytes. */
export function decodeStream(bytes: Buffer): IrEvent[] {
  const splitter = createSseSplitter();
  const decoder = openaiChatCodec.createStreamDecoder();
  const frames = [...splitter.push(bytes), ...splitter.finish()];
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}

/** The events of a stream, given as its chunks; a string is sent as it is. */
export const decodeChunks = (...chunks: unknown[]): IrEvent[] =>
  decodeStream(
    Buffer.from(
      chunks.map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`).join(""),
    ),
  );

/** The bytes that a client gets for the events. */
export function encodeStream(events: IrEvent[], context: EncodeContext = encodeContext()): Buffer {
  const encoder = openaiChatCodec.createStreamEncoder(context);
  return Buffer.concat(events.map((event) => encoder.push(event)));
}

/** The chunks in the bytes of a stream; `[DONE]` stays a string. */
export const chunksOf = (bytes: Buffer): unknown[] =>
  createSseSplitter()
    .push(bytes)
    .flatMap((frame) => (frame.data ? [frame.data.toString()] : []))
    .map((data): unknown => (data === "[DONE]" ? data : JSON.parse(data)));
