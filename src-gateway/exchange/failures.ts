/** How an attempt can fail, in words that may reach the caller. */
import { GatewayError } from "../ir/errors.ts";
import type { SpendStop } from "./spend-question.ts";
import type { Headers, UpstreamFailure } from "./types.ts";

export interface AttemptFailure {
  error: GatewayError;
  /** The provider may have done (and billed) the work although no answer came. */
  accepted: boolean;
  /** The provider's own error answer, where it may be passed on as it is. */
  relay: { status: number; headers: Record<string, string>; body: Buffer } | null;
  /** The request has no words on this target's wire; nothing was sent. */
  unsayable?: boolean;
  /** A limit of the provider stood against it; nothing was sent. */
  stopped?: SpendStop;
}

export function clientLeft(): AttemptFailure {
  const error = new GatewayError("request_timeout", "The client left before it was answered.");
  return { error, accepted: true, relay: null };
}

export function unknownStreamError(provider: string): GatewayError {
  return new GatewayError(
    "provider_error",
    `The provider "${provider}" broke off its answer with an error that it did not explain.`,
  );
}

export function describeFailure(failure: UpstreamFailure, provider: string, hasStatus: boolean): GatewayError {
  const details = { cause: failure.cause ?? failure.detail };
  switch (failure.kind) {
    case "connect":
      return new GatewayError(
        "provider_unreachable",
        `The provider "${provider}" cannot be reached: ${failure.detail}. Check its base URL and the network.`,
        details,
      );
    case "first-byte-timeout":
      return new GatewayError(
        "provider_timeout",
        `The provider "${provider}" did not answer in time: ${failure.detail}.`,
        details,
      );
    case "idle-timeout":
      return new GatewayError(
        "provider_timeout",
        `The provider "${provider}" fell silent in the middle of its answer: ${failure.detail}.`,
        details,
      );
    case "cut":
    case "aborted":
      return hasStatus
        ? new GatewayError(
            "provider_cut",
            `The connection to the provider "${provider}" broke in the middle of its answer.`,
            details,
          )
        : new GatewayError(
            "provider_unreachable",
            `The provider "${provider}" closed the connection without an answer.`,
            details,
          );
  }
}

/** An error answer's deadlines may be points in time, which mean nothing without the answer's own. */
export const dated = (headers: Headers, nowUs: number): Headers =>
  headers["date"] === undefined ? { ...headers, date: new Date(nowUs / 1000).toUTCString() } : headers;

/** Only what a client can read is passed on as it is. */
export function isJson(headers: Headers, body: Buffer): boolean {
  if (!String(headers["content-type"] ?? "").includes("json")) return false;
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
