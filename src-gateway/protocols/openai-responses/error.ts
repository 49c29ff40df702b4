import type { GatewayError } from "../../ir/errors.ts";
import { encodeOpenAiError, openAiError } from "../openai-errors.ts";
import { sseFrame } from "../stream-facts.ts";

export { decodeProviderError as decodeError } from "../provider-error.ts";

export const encodeError = encodeOpenAiError;

/** Codex ignores a bare `error` event; a failed response it takes as one, whether or not a response was created before. */
export function encodeStreamError(error: GatewayError, context: { requestId: string }): Buffer {
  const { code, message } = openAiError(error);
  const response = {
    id: `resp_${context.requestId}`,
    object: "response",
    created_at: 0,
    status: "failed",
    error: { code, message },
    incomplete_details: null,
    output: [],
    usage: null,
    metadata: {},
  };
  return sseFrame({ type: "response.failed", sequence_number: 0, response }, "response.failed");
}
