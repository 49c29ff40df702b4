/** Anthropic Messages and its token counter: what Claude Code speaks. */
import type { Wire } from "../types.ts";
import { anthropicMessagesCodec } from "./codec.ts";
import { decodeError, encodeError, encodeStreamError } from "./error.ts";
import { providerPath, readRequest, rewriteRequest } from "./request.ts";
import { readAnswer } from "./response.ts";
import { createStreamReader, keepAlive } from "./stream.ts";

export const anthropicMessages: Wire = {
  ...anthropicMessagesCodec,
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
};
