/** How a provider is spoken to on each wire: where requests go, how its bytes are cut into frames, who reads and writes them. */
import type { GatewayError } from "../ir/errors.ts";
import type { JsonObject } from "../ir/json.ts";
import type { ProviderWire } from "../ir/protocol.ts";
import { bedrockConverseCodec, providerPath as bedrockPath } from "./bedrock-converse/codec.ts";
import { decodeError as decodeBedrockError } from "./bedrock-converse/error.ts";
import { createEventStreamSplitter } from "./bedrock-converse/event-stream.ts";
import type { ProviderCodec } from "./codec.ts";
import { cohereChatCodec, providerPath as coherePath } from "./cohere-chat/codec.ts";
import { decodeError as decodeCohereError } from "./cohere-chat/error.ts";
import { parseObject } from "./loose-json.ts";
import { ollamaChatCodec, providerPath as ollamaPath } from "./ollama-chat/codec.ts";
import { decodeError as decodeOllamaError } from "./ollama-chat/error.ts";
import { createNdjsonSplitter } from "./ollama-chat/ndjson.ts";
import { answerJson as chatAnswerJson } from "./openai-chat/response.ts";
import { createSseSplitter, type FrameSplitter } from "./sse/splitter.ts";
import type { Wire } from "./types.ts";
import { WIRES } from "./wires.ts";

export interface ProviderSpeech {
  codec: ProviderCodec;
  /** Below the base URL. */
  path: (model: string, stream: boolean) => string;
  /** What an `accept` header asks a stream as. */
  streamType: string;
  headers: Record<string, string>;
  createSplitter: () => FrameSplitter;
  isStream: (contentType: string, first: Buffer) => boolean;
  decodeError: (status: number, headers: Record<string, string | string[] | undefined>, body: Buffer) => GatewayError;
  /** A whole answer's JSON, for who is done with it before the next one is read; null for what is no object. */
  answerJson: (bytes: Buffer) => JsonObject | null;
  /** Where and how input tokens are counted without an answer; absent where the provider has no counter. */
  counter?: (model: string, body: JsonObject) => { path: string; body: JsonObject };
}

/** A provider may name the wrong content type, so the first bytes decide too. */
const looksLikeSse = (contentType: string, first: Buffer): boolean =>
  contentType.includes("event-stream") || !first.toString("latin1", 0, 64).trimStart().startsWith("{");

const sse = (
  codec: ProviderCodec,
  decodeError: ProviderSpeech["decodeError"],
  path: ProviderSpeech["path"],
): ProviderSpeech => ({
  codec,
  path,
  streamType: "text/event-stream",
  headers: {},
  createSplitter: createSseSplitter,
  isStream: looksLikeSse,
  decodeError,
  answerJson: parseObject,
});

const fixed = (path: string) => (): string => path;
const wireSpeech = (wire: Wire, path: ProviderSpeech["path"]): ProviderSpeech => sse(wire, wire.decodeError, path);

/** The fields of a request that say how it is answered, which counters refuse. */
function countedPart(body: JsonObject): JsonObject {
  const { stream: _, max_tokens: __, max_output_tokens: ___, store: ____, include: _____, ...counted } = body;
  return counted;
}

export const PROVIDER_SPEECH: Readonly<Record<ProviderWire, ProviderSpeech>> = {
  "openai-chat": { ...wireSpeech(WIRES["openai-chat"], fixed("/chat/completions")), answerJson: chatAnswerJson },
  "openai-responses": {
    ...wireSpeech(WIRES["openai-responses"], fixed("/responses")),
    counter: (_model, body) => ({ path: "/responses/input_tokens", body: countedPart(body) }),
  },
  "anthropic-messages": {
    ...wireSpeech(WIRES["anthropic-messages"], fixed("/v1/messages")),
    headers: { "anthropic-version": "2023-06-01" },
    counter: (_model, body) => ({ path: "/v1/messages/count_tokens", body: countedPart(body) }),
  },
  "gemini-content": {
    ...wireSpeech(WIRES["gemini-content"], (model, stream) =>
      WIRES["gemini-content"].providerPath(
        {
          surface: "gemini",
          pathModel: model,
          pathMethod: stream ? "streamGenerateContent" : "generateContent",
          query: stream ? "alt=sse" : "",
        },
        model,
      ),
    ),
    counter: (model, body) => ({
      path: `/models/${encodeURIComponent(model)}:countTokens`,
      body: { generateContentRequest: { model: `models/${model}`, ...body } },
    }),
  },
  "bedrock-converse": {
    ...sse(bedrockConverseCodec, decodeBedrockError, bedrockPath),
    streamType: "application/vnd.amazon.eventstream",
    createSplitter: createEventStreamSplitter,
    isStream: (contentType) => contentType.includes("eventstream"),
  },
  "cohere-chat": sse(cohereChatCodec, decodeCohereError, coherePath),
  "ollama-chat": {
    ...sse(ollamaChatCodec, decodeOllamaError, ollamaPath),
    streamType: "application/x-ndjson",
    createSplitter: createNdjsonSplitter,
    isStream: (contentType) => contentType.includes("ndjson"),
  },
};

/** Claude on Vertex: Messages with the model in the path, the version and the betas in the body. */
const VERTEX_VERSION = "vertex-2023-10-16";
const messagesOnVertex: ProviderSpeech = {
  ...PROVIDER_SPEECH["anthropic-messages"],
  headers: {},
  codec: {
    ...WIRES["anthropic-messages"],
    encodeRequest(request, target) {
      const { model: _, ...body } = WIRES["anthropic-messages"].encodeRequest(request, target);
      return { anthropic_version: VERTEX_VERSION, ...body };
    },
  },
  path: (model, stream) => `/models/${encodeURIComponent(model)}:${stream ? "streamRawPredict" : "rawPredict"}`,
  counter: (model, body) => ({ path: "/models/count-tokens:rawPredict", body: { ...countedPart(body), model } }),
};

export const speechFor = (target: { wire: ProviderWire; compat: ReadonlySet<string> }): ProviderSpeech =>
  target.wire === "anthropic-messages" && target.compat.has("messages-on-vertex")
    ? messagesOnVertex
    : PROVIDER_SPEECH[target.wire];
