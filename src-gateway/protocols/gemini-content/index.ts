/** Gemini generateContent, its token counter and its embeddings: what Gemini CLI speaks. */
import type { Wire } from "../types.ts";
import { decodeConversation } from "./conversation.ts";
import { decodeError, encodeError, encodeStreamError } from "./error.ts";
import { providerPath, readRequest, rewriteRequest } from "./request.ts";
import { encodeAnswer, readAnswer } from "./response.ts";
import { createStreamEncoder, createStreamReader, keepAlive } from "./stream.ts";

export const geminiContent: Wire = {
  id: "gemini-content",
  readRequest,
  rewriteRequest,
  providerPath,
  readAnswer,
  createStreamReader,
  keepAlive,
  encodeError,
  encodeStreamError,
  decodeError,
  decodeConversation,
  encodeAnswer,
  createStreamEncoder,
};
