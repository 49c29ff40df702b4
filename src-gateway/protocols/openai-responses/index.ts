/** OpenAI Responses: what Codex speaks. */
import type { Wire } from "../types.ts";
import { openaiResponsesCodec } from "./codec.ts";
import { decodeError, encodeError, encodeStreamError } from "./error.ts";
import { providerPath, readRequest, rewriteRequest } from "./request.ts";
import { readAnswer } from "./response.ts";
import { createStreamReader, keepAlive } from "./stream.ts";

export const openaiResponses: Wire = {
  ...openaiResponsesCodec,
  id: "openai-responses",
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
