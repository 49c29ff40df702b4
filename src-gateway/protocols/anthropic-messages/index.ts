/** Anthropic Messages and its token counter: what Claude Code speaks. */
import type { Wire } from "../types.ts";
import { decodeConversation } from "./conversation.ts";
import { decodeError, encodeError, encodeStreamError } from "./error.ts";
import { providerPath, readRequest, rewriteRequest } from "./request.ts";
import { encodeAnswer, readAnswer } from "./response.ts";
import { createStreamEncoder, createStreamReader, keepAlive } from "./stream.ts";

export const anthropicMessages: Wire = {
  id: "anthropic-messages",
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
