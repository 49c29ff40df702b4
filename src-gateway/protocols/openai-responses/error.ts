import type { GatewayError } from "../../ir/errors.ts";
import { encodeOpenAiError, openAiError } from "../openai-errors.ts";
import { sseFrame } from "../stream-facts.ts";

export { decodeProviderError as decodeError } from "../provider-error.ts";

export const encodeError = encodeOpenAiError;

/** Codex gives up at once on the code for an overloaded server, and tries again on this one, which is as true. */
const CODE_OF_OVERLOADED = "server_error";

/** What a failed response says of itself. */
export function failureOf(error: GatewayError): { code: string; message: string } {
  const { code, message } = openAiError(error);
  return { code: error.code === "overloaded" ? CODE_OF_OVERLOADED : code, message };
}

/** Codex ignores a bare `error` event; a failed response it takes as one, whether or not a response was created before. */
export function encodeStreamError(error: GatewayError, context: { requestId: string }): Buffer {
  const response = {
    id: `resp_${context.requestId}`,
    object: "response",
    created_at: 0,
    status: "failed",
    error: failureOf(error),
    incomplete_details: null,
    output: [],
    usage: null,
    metadata: {},
  };
  return sseFrame({ type: "response.failed", sequence_number: 0, response }, "response.failed");
}
