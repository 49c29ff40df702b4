/** Gemini generateContent, its token counter and its embeddings: what Gemini CLI speaks. */
import type { Wire } from "../types.ts";
import { geminiContentCodec } from "./codec.ts";
import { decodeError, encodeError, encodeStreamError } from "./error.ts";
import { providerPath, readRequest, rewriteRequest } from "./request.ts";
import { readAnswer } from "./response.ts";
import { createStreamReader, keepAlive } from "./stream.ts";

export const geminiContent: Wire = {
  ...geminiContentCodec,
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
};
