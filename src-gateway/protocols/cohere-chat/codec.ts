/**
 * Cohere's chat, version 2: messages like OpenAI's, with a plan beside the calls and citations beside the text, and server-sent
 * events that carry their name in the JSON. Only providers speak it.
 */
import type { ProviderCodec } from "../codec.ts";
import { decodeAnswer } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { createStreamDecoder } from "./stream-decoder.ts";

export const cohereChatCodec: ProviderCodec = { id: "cohere-chat", encodeRequest, decodeAnswer, createStreamDecoder };

/** Below `https://api.cohere.com`. Model and streaming stand in the body. */
export const providerPath = (_model: string, _stream: boolean): string => "/v2/chat";
