/** The error object that OpenAI's two wires share. */
import type { ErrorClass, ErrorCode, GatewayError } from "../ir/errors.ts";
import type { EncodedError } from "./types.ts";

const TYPES: Readonly<Record<ErrorClass, string>> = {
  invalid: "invalid_request_error",
  auth: "invalid_request_error",
  permission: "invalid_request_error",
  not_found: "invalid_request_error",
  too_large: "invalid_request_error",
  context: "invalid_request_error",
  rate_limit: "rate_limit_error",
  quota: "insufficient_quota",
  overloaded: "server_error",
  timeout: "server_error",
  provider: "server_error",
  gateway: "server_error",
};

/** Codes that clients act upon, where ours are called otherwise. */
const CODES: Partial<Record<ErrorCode, string>> = {
  missing_api_key: "invalid_api_key",
  rate_limited: "rate_limit_exceeded",
  quota_exceeded: "insufficient_quota",
  overloaded: "server_is_overloaded",
};

export interface OpenAiError {
  message: string;
  type: string;
  param: string | null;
  code: string;
}

export function openAiError(error: GatewayError): OpenAiError {
  return {
    message: error.message,
    type: TYPES[error.class],
    param: error.param ?? null,
    code: CODES[error.code] ?? error.code,
  };
}

export function encodeOpenAiError(error: GatewayError): EncodedError {
  return encodeJsonError(error, { error: openAiError(error) });
}

/** Status, body and the headers that say whether and when to try again; the same on every wire. */
export function encodeJsonError(error: GatewayError, json: unknown): EncodedError {
  const body = Buffer.from(JSON.stringify(json));
  const headers: Record<string, string> = {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(body.length),
  };
  if (error.retryAfterMs !== undefined) headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
  // SDKs try again on 408, 409, 429 and every 5xx unless they are told that it cannot help.
  if (!error.retryable && (error.status >= 500 || [401, 408, 409, 429].includes(error.status)))
    headers["x-should-retry"] = "false";
  return { status: error.status, headers, body };
}
