/** What every test across codecs needs: requests' targets, answers' contexts, and streams as bytes, for each wire. */
import type { IrEvent } from "../../src-gateway/ir/answer.ts";
import type { ProviderWire, Surface, WireProtocol } from "../../src-gateway/ir/protocol.ts";
import type { IrRequest } from "../../src-gateway/ir/request.ts";
import { PROVIDER_SPEECH } from "../../src-gateway/protocols/provider-speech.ts";
import type { SseFrame } from "../../src-gateway/protocols/sse/splitter.ts";
import type { EncodeContext, RequestTarget } from "../../src-gateway/protocols/types.ts";
import { WIRES } from "../../src-gateway/protocols/wires.ts";

const SURFACE: Readonly<Record<WireProtocol, Surface>> = {
  "openai-chat": "chat",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
  "gemini-content": "gemini",
};

/** Where a client of the wire sends its requests. Gemini's name the model in the path. */
export const requestTarget = (wire: WireProtocol, pathMethod = "generateContent"): RequestTarget => ({
  surface: SURFACE[wire],
  pathModel: wire === "gemini-content" ? "gemini-3-pro" : null,
  pathMethod: wire === "gemini-content" ? pathMethod : null,
  query: "",
});

export const answerContext = (wire: WireProtocol, request?: IrRequest): EncodeContext => ({
  surface: SURFACE[wire],
  exchangeId: 977,
  createdAt: 1_795_000_000,
  model: "house-model",
  wantsUsage: true,
  framing: "sse",
  ...(request ? { request } : {}),
});

export function splitFrames(wire: ProviderWire, chunks: readonly Buffer[]): SseFrame[] {
  const splitter = PROVIDER_SPEECH[wire].createSplitter();
  const frames = chunks.flatMap((chunk) => splitter.push(chunk));
  return [...frames, ...splitter.finish()];
}

/** The events of a provider's stream, given as its bytes in any pieces. */
export function decodeStream(wire: ProviderWire, ...chunks: Buffer[]): IrEvent[] {
  const decoder = PROVIDER_SPEECH[wire].codec.createStreamDecoder();
  const events = splitFrames(wire, chunks).flatMap((frame) => decoder.push(frame));
  return [...events, ...decoder.end()];
}

/** The bytes that a client of the wire gets for the events. */
export function encodeStream(wire: WireProtocol, events: Iterable<IrEvent>, context = answerContext(wire)): Buffer {
  const encoder = WIRES[wire].createStreamEncoder(context);
  return Buffer.concat([...events].map((event) => encoder.push(event)));
}
