/** OpenAI Chat Completions, with Completions and Embeddings beside it: the wire that most providers speak. */
import type { Wire } from "../types.ts";
import { openaiChatCodec } from "./codec.ts";
import { decodeError, encodeError, encodeStreamError } from "./error.ts";
import { providerPath, readRequest, rewriteRequest } from "./request.ts";
import { readAnswer } from "./response.ts";
import { createStreamReader, keepAlive } from "./stream.ts";

export const openaiChat: Wire = {
  ...openaiChatCodec,
  id: "openai-chat",
  readRequest,
  rewriteRequest,
  providerPath,
  readAnswer,
  createStreamReader,
  keepAlive,
  encodeError,
  encodeStreamError,
  decodeError,
};
