import { isDiskFull } from "../lib/disk-full.ts";

/**
 * The error catalogue: everything that can go wrong towards a client, with its HTTP status and whether trying the
 * same request again can help. Each protocol's `error.ts` says how each class is worded on its wire, and a test holds
 * that table and `docs/errors.md` to this list.
 */
export const ERROR_CATALOGUE = {
  invalid_request: { status: 400, retryable: false, class: "invalid" },
  invalid_json: { status: 400, retryable: false, class: "invalid" },
  invalid_encoding: { status: 400, retryable: false, class: "invalid" },
  unsupported_operation: { status: 400, retryable: false, class: "invalid" },
  translation_refused: { status: 400, retryable: false, class: "invalid" },
  previous_response_not_found: { status: 400, retryable: false, class: "invalid" },
  context_length_exceeded: { status: 400, retryable: false, class: "context" },
  invalid_api_key: { status: 401, retryable: false, class: "auth" },
  missing_api_key: { status: 401, retryable: false, class: "auth" },
  quota_exceeded: { status: 402, retryable: false, class: "quota" },
  forbidden: { status: 403, retryable: false, class: "permission" },
  forbidden_origin: { status: 403, retryable: false, class: "permission" },
  user_suspended: { status: 403, retryable: false, class: "permission" },
  not_found: { status: 404, retryable: false, class: "not_found" },
  model_not_found: { status: 404, retryable: false, class: "not_found" },
  method_not_allowed: { status: 405, retryable: false, class: "invalid" },
  request_timeout: { status: 408, retryable: true, class: "timeout" },
  conflict: { status: 409, retryable: false, class: "invalid" },
  precondition_failed: { status: 412, retryable: false, class: "invalid" },
  body_too_large: { status: 413, retryable: false, class: "too_large" },
  unsupported_media_type: { status: 415, retryable: false, class: "invalid" },
  unsupported_content_encoding: { status: 415, retryable: false, class: "invalid" },
  idempotency_mismatch: { status: 422, retryable: false, class: "invalid" },
  upgrade_declined: { status: 426, retryable: false, class: "invalid" },
  runaway_paused: { status: 429, retryable: false, class: "rate_limit" },
  rate_limited: { status: 429, retryable: true, class: "rate_limit" },
  headers_too_large: { status: 431, retryable: false, class: "too_large" },
  internal_error: { status: 500, retryable: false, class: "gateway" },
  protocol_not_spoken: { status: 501, retryable: false, class: "gateway" },
  provider_unreachable: { status: 502, retryable: true, class: "provider" },
  provider_auth_failed: { status: 502, retryable: false, class: "provider" },
  provider_error: { status: 502, retryable: true, class: "provider" },
  provider_cut: { status: 502, retryable: true, class: "provider" },
  credential_missing: { status: 503, retryable: false, class: "gateway" },
  paused: { status: 503, retryable: false, class: "gateway" },
  disk_full: { status: 503, retryable: false, class: "gateway" },
  overloaded: { status: 503, retryable: true, class: "overloaded" },
  shutting_down: { status: 503, retryable: true, class: "overloaded" },
  provider_timeout: { status: 504, retryable: true, class: "timeout" },
} as const satisfies Record<string, ErrorRow>;

interface ErrorRow {
  status: number;
  retryable: boolean;
  class: ErrorClass;
}

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
export type ErrorClass =
  | "invalid"
  | "auth"
  | "permission"
  | "not_found"
  | "too_large"
  | "context"
  | "rate_limit"
  | "quota"
  | "overloaded"
  | "timeout"
  | "provider"
  | "gateway";

export interface ErrorDetails {
  /** Overrides the catalogue's status, for a provider's own status that should reach the client. */
  status?: number;
  /** Name of the offending field or header. */
  param?: string;
  retryAfterMs?: number;
  /** Each thing that is wrong, where there can be several. */
  problems?: readonly object[];
  cause?: unknown;
}

/** The only error whose text may leave the gateway. `message` says what happened and what to do about it. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly class: ErrorClass;
  readonly retryable: boolean;
  readonly param: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly problems: readonly object[] | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    const row = ERROR_CATALOGUE[code];
    this.code = code;
    this.status = details.status ?? row.status;
    this.class = row.class;
    this.retryable = row.retryable;
    this.param = details.param;
    this.retryAfterMs = details.retryAfterMs;
    this.problems = details.problems;
  }
}

/** Anything thrown, as an error that may be shown. The original stays in `cause`, for the log. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (isDiskFull(thrown)) return diskFullError("The gateway's disk is full.", thrown);
  return new GatewayError(
    "internal_error",
    "The gateway failed on this request. Its log has the reason under this request id.",
    {
      cause: thrown,
    },
  );
}

/** @param what happened, as a sentence. */
export function diskFullError(what: string, cause?: unknown): GatewayError {
  return new GatewayError(
    "disk_full",
    `${what} Nothing new is taken, because it could not be written down; what is under way goes on. Free space there, and the gateway goes on by itself.`,
    cause === undefined ? {} : { cause },
  );
}
