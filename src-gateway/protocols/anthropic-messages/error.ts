import type { ErrorClass, GatewayError } from "../../ir/errors.ts";
import { encodeJsonError } from "../openai-errors.ts";
import { sseFrame } from "../stream-facts.ts";
import type { EncodedError } from "../types.ts";

export { decodeProviderError as decodeError } from "../provider-error.ts";

const TYPES: Readonly<Record<ErrorClass, string>> = {
  invalid: "invalid_request_error",
  auth: "authentication_error",
  permission: "permission_error",
  not_found: "not_found_error",
  too_large: "request_too_large",
  context: "invalid_request_error",
  rate_limit: "rate_limit_error",
  quota: "billing_error",
  overloaded: "overloaded_error",
  timeout: "timeout_error",
  provider: "api_error",
  gateway: "api_error",
};

function errorJson(error: GatewayError, requestId: string): unknown {
  const described = { type: TYPES[error.class], message: messageOf(error), ...detailsOf(error) };
  return { type: "error", error: described, request_id: requestId };
}

/** Claude Code makes room when it reads these words, and gives up on any others. */
function messageOf({ class: kind, message }: GatewayError): string {
  return kind === "context" && !/prompt is too long/i.test(message) ? `prompt is too long: ${message}` : message;
}

/** Anthropic's tool runner keeps its history on the server, and goes on without when it is told so in these words. */
function detailsOf(error: GatewayError): object {
  if (error.code !== "unsupported_operation" || error.param !== "thread") return {};
  return { details: { error_code: "thread_unsupported_request", unsupported: ["thread"] } };
}

export function encodeError(error: GatewayError, context: { requestId: string }): EncodedError {
  const encoded = encodeJsonError(error, errorJson(error, context.requestId));
  // The vendor's own status for overload, which its clients know how to wait for.
  return error.class === "overloaded" && error.code === "overloaded" ? { ...encoded, status: 529 } : encoded;
}

export const encodeStreamError = (error: GatewayError, context: { requestId: string }): Buffer =>
  sseFrame(errorJson(error, context.requestId), "error");
