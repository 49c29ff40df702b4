/** The way through the gateway and back, without the gateway: a request for another wire, an answer for another client. */
import { answerEvents, type IrAnswer, type IrEvent } from "../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { ProviderWire, WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { type Adapted, adaptRequest } from "../../src-gateway/protocols/adapt/adapt.ts";
import { createRestorer, type RestoreContext, restoreAnswer } from "../../src-gateway/protocols/adapt/restore.ts";
import type { AdaptTarget } from "../../src-gateway/protocols/adapt/target.ts";
import { PROVIDER_SPEECH } from "../../src-gateway/protocols/provider-speech.ts";
import { WIRES } from "../../src-gateway/protocols/wires.ts";
import { profileOf } from "../../src-gateway/providers/model-profiles.ts";
import { answerContext, encodeStream, requestTarget } from "./codec-streams.ts";

/** One model a wire, chosen so that little is refused: what it takes is known by its name. */
export const MODELS: Readonly<Record<ProviderWire, string>> = {
  "openai-chat": "gpt-oss-120b",
  "openai-responses": "gpt-5.1",
  "anthropic-messages": "claude-sonnet-4-5",
  "gemini-content": "gemini-3-pro",
  "bedrock-converse": "anthropic.claude-sonnet-4-5-20250929-v1:0",
  "cohere-chat": "command-a-reasoning-08-2025",
  "ollama-chat": "gpt-oss:20b",
};

/** Others, which take what those refuse or refuse what they take, and one of no known family. */
export const OTHER_MODELS: Readonly<Record<ProviderWire, readonly string[]>> = {
  "openai-chat": ["gpt-5.4", "gpt-4.1", "house-model"],
  "openai-responses": ["gpt-4.1", "gpt-5-pro", "house-model"],
  "anthropic-messages": ["claude-opus-4-8", "claude-opus-4-6", "claude-3-5-haiku", "house-model"],
  "gemini-content": ["gemini-2.5-pro", "gemini-2.0-flash", "gemini-4-flash", "house-model"],
  "bedrock-converse": ["us.anthropic.claude-opus-4-8-v1:0", "amazon.nova-pro-v1:0"],
  "cohere-chat": ["command-r-plus"],
  "ollama-chat": ["qwen3"],
};

export const adaptTarget = (wire: ProviderWire, more: Partial<AdaptTarget> = {}): AdaptTarget => {
  const model = more.model ?? MODELS[wire];
  return { wire, provider: "house", model, profile: profileOf(model), compat: new Set(), ...more };
};

export interface TranslatedRequest {
  adapted: Adapted;
  body: JsonObject;
}

/** @throws GatewayError for what cannot be sent to the target. */
export function translateRequest(json: JsonObject, client: WireProtocol, target: AdaptTarget): TranslatedRequest {
  const request = WIRES[client].decodeRequest(json, requestTarget(client));
  const adapted = adaptRequest(request, target);
  return { adapted, body: PROVIDER_SPEECH[target.wire].codec.encodeRequest(adapted.request, target) };
}

/** An answer to a request whose tools went under the names that they had. */
export const restoreContext = (provider: ProviderWire, client: WireProtocol): RestoreContext => ({
  client,
  provider: "house",
  providerWire: provider,
  model: MODELS[provider],
  exchangeId: 977,
  adapted: { names: null, wrapped: new Set() },
});

export const translateAnswer = (answer: IrAnswer, provider: ProviderWire, client: WireProtocol): JsonObject =>
  WIRES[client].encodeAnswer(restoreAnswer(answer, restoreContext(provider, client)), answerContext(client));

/** The bytes for the client. */
export function translateStream(events: Iterable<IrEvent>, provider: ProviderWire, client: WireProtocol): Buffer {
  const restorer = createRestorer(restoreContext(provider, client));
  return encodeStream(
    client,
    [...events].flatMap((event) => restorer.push(event)),
  );
}

/** A whole answer for a client that asked for a stream. */
export const streamAnswer = (answer: IrAnswer, provider: ProviderWire, client: WireProtocol): Buffer =>
  encodeStream(client, answerEvents(restoreAnswer(answer, restoreContext(provider, client))));
