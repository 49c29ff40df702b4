/** A provider's error answer of any shape, in the words of the catalogue. Never throws, whatever the bytes. */
import { type ErrorCode, type ErrorDetails, GatewayError } from "../ir/errors.ts";
import { asObject, asText, type JsonObject } from "./loose-json.ts";
import { retryAfterMs } from "./retry-after.ts";

type ProviderHeaders = Record<string, string | string[] | undefined>;

const MAX_MESSAGE = 2000;
const CONTEXT_WORDS =
  /context[_ ](?:length|window)|prompt is too long|maximum context|too many (?:input )?tokens|exceeds? the (?:maximum|context)/i;
const QUOTA_WORDS = /insufficient_quota|insufficient[_ ]balance|billing|credit balance|exceeded your current quota/i;

export function decodeProviderError(status: number, headers: ProviderHeaders, body: Buffer): GatewayError {
  if (status < 400) {
    return new GatewayError(
      "provider_error",
      `The provider answered with a redirect or an empty answer (${status}), which is not followed. The operator has to check its base URL.`,
    );
  }
  const said = readBody(body);
  return buildError(status, said, retryAfterMs(headers, said.error, said.message));
}

/** An error object inside an answer that began with 200. */
export function decodeErrorObject(error: unknown, fallbackStatus = 500): GatewayError {
  const said = describe(error, error);
  const type = `${said.code ?? ""} ${asText(said.error?.["type"]) ?? ""} ${asText(said.error?.["status"]) ?? ""}`;
  const code = said.error?.["code"];
  const status = typeof code === "number" && code >= 400 && code <= 599 ? code : statusOf(type, fallbackStatus);
  return buildError(status, said, retryAfterMs({}, said.error, said.message));
}

interface Said {
  message: string;
  /** The provider's own code, for telling special cases. */
  code: string | null;
  error: JsonObject | null;
}

function buildError(status: number, said: Said, pauseMs: number | undefined): GatewayError {
  const details: ErrorDetails = pauseMs === undefined ? { status } : { status, retryAfterMs: pauseMs };
  const text = `${said.code ?? ""} ${said.message}`;
  if (status === 401 || status === 403) {
    return new GatewayError(
      "provider_auth_failed",
      `The provider refused the gateway's credential (${status}). The operator has to check the key of this provider; your own key is fine.`,
      { cause: said.message.slice(0, MAX_MESSAGE) },
    );
  }
  return new GatewayError(codeOf(status, text), said.message.slice(0, MAX_MESSAGE), details);
}

function codeOf(status: number, text: string): ErrorCode {
  if ((status === 429 || status === 402) && QUOTA_WORDS.test(text)) return "quota_exceeded";
  switch (status) {
    case 402:
      return "quota_exceeded";
    case 404:
      return "model_not_found";
    case 408:
    case 504:
      return "provider_timeout";
    case 413:
      return "body_too_large";
    case 429:
      return "rate_limited";
    case 503:
    case 529:
      return "overloaded";
    default:
      if (status < 400 || status >= 500) return "provider_error";
      return CONTEXT_WORDS.test(text) ? "context_length_exceeded" : "invalid_request";
  }
}

/** The HTTP status that an error would have had outside of a stream. */
function statusOf(type: string, fallback: number): number {
  if (/overloaded/i.test(type)) return 529;
  if (/rate_limit|RESOURCE_EXHAUSTED|insufficient_quota|too_many/i.test(type)) return 429;
  if (/UNAVAILABLE/.test(type)) return 503;
  if (/authentication|invalid_api_key|UNAUTHENTICATED/i.test(type)) return 401;
  if (/permission/i.test(type)) return 403;
  if (/not_found/i.test(type)) return 404;
  if (/timeout|DEADLINE/i.test(type)) return 504;
  if (/invalid_request|INVALID_ARGUMENT|context_length|invalid_prompt/i.test(type)) return 400;
  return fallback;
}

function readBody(body: Buffer): Said {
  let json: unknown = null;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    const text = body.toString("utf8", 0, 4 * MAX_MESSAGE);
    const plain = text
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim();
    return { message: plain === "" ? "The provider gave no reason." : plain, code: null, error: null };
  }
  // Gemini wraps its errors in a list of one at times.
  const outer = asObject(Array.isArray(json) ? json[0] : json);
  return describe(outer?.["error"] ?? outer, outer);
}

function describe(error: unknown, outer: unknown): Said {
  if (typeof error === "string")
    return { message: error || "The provider gave no reason.", code: null, error: asObject(outer) };
  const object = asObject(error);
  const nested = asObject(object?.["error"]);
  const source = nested ?? object ?? {};
  const message =
    asText(source["message"]) ??
    asText(source["msg"]) ??
    asText(source["reason"]) ??
    asText(source["detail"]) ??
    asText(asObject(outer)?.["message"]);
  const code = asText(source["code"]) ?? asText(source["type"]) ?? asText(source["status"]);
  return { message: message ?? "The provider gave no reason.", code, error: source };
}
