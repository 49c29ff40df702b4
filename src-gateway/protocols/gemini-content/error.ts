import type { ErrorClass, GatewayError } from "../../ir/errors.ts";
import { encodeJsonError } from "../openai-errors.ts";
import { sseFrame } from "../stream-facts.ts";
import type { EncodedError } from "../types.ts";

export { decodeProviderError as decodeError } from "../provider-error.ts";

const STATUSES: Readonly<Record<ErrorClass, string>> = {
  invalid: "INVALID_ARGUMENT",
  auth: "UNAUTHENTICATED",
  permission: "PERMISSION_DENIED",
  not_found: "NOT_FOUND",
  too_large: "INVALID_ARGUMENT",
  context: "INVALID_ARGUMENT",
  rate_limit: "RESOURCE_EXHAUSTED",
  quota: "RESOURCE_EXHAUSTED",
  overloaded: "UNAVAILABLE",
  timeout: "DEADLINE_EXCEEDED",
  provider: "INTERNAL",
  gateway: "INTERNAL",
};

function errorJson(error: GatewayError): unknown {
  const details: unknown[] = [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: error.code.toUpperCase() },
  ];
  if (error.retryAfterMs !== undefined) {
    details.push({
      "@type": "type.googleapis.com/google.rpc.RetryInfo",
      retryDelay: `${Math.ceil(error.retryAfterMs / 1000)}s`,
    });
  }
  return { error: { code: error.status, message: error.message, status: STATUSES[error.class], details } };
}

export const encodeError = (error: GatewayError): EncodedError => encodeJsonError(error, errorJson(error));

export function encodeStreamError(
  error: GatewayError,
  context: { framing: "sse" | "json-array"; started: boolean },
): Buffer {
  if (context.framing === "sse") return sseFrame(errorJson(error));
  return Buffer.from(`${context.started ? "," : "["}${JSON.stringify(errorJson(error))}]`);
}
