/**
 * Ollama's own chat: JSON requests, and streams of one JSON object a line (`ndjson.ts`). Only providers speak it. Compared
 * with Ollama's OpenAI-like door it can tell a model how to think, and tells why an answer ended.
 */
import type { ProviderCodec } from "../codec.ts";
import { decodeAnswer } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { createStreamDecoder } from "./stream-decoder.ts";

export const ollamaChatCodec: ProviderCodec = { id: "ollama-chat", encodeRequest, decodeAnswer, createStreamDecoder };

/** Below the server's address, for example `http://localhost:11434`. Model and streaming stand in the body. */
export const providerPath = (_model: string, _stream: boolean): string => "/api/chat";
