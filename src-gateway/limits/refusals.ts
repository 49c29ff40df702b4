/** What a request is told that may not go on: which limit it met, and when to try again. */
import { GatewayError } from "../ir/errors.ts";
import type { Limit } from "./types.ts";

const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** Where nothing is known of the queue's pace yet. */
const UNKNOWN_RETRY_MS = 5_000;

export interface RefusedAt {
  limit: Limit;
  /** What is at its maximum: requests, or bytes of their bodies. */
  isShortOf: "requests" | "bytes";
  waiting: number;
  /** Milliseconds between two turns of late; null while nobody waited. */
  turnMs: number | null;
}

export function queueFull(at: RefusedAt): GatewayError {
  const others = at.waiting === 0 ? "" : `, and ${at.waiting} more ${at.waiting === 1 ? "is" : "are"} waiting`;
  return overloaded(at, `${subject(at.limit)} is at its limit (${setting(at)})${others}.`);
}

export function turnedAway(at: RefusedAt): GatewayError {
  return overloaded(
    at,
    `${subject(at.limit)} is at its limit (${setting(at)}), its queue is full, and others came before this request.`,
  );
}

export function waitedTooLong(at: RefusedAt, waitedMs: number): GatewayError {
  return overloaded(
    at,
    `${subject(at.limit)} is at its limit (${setting(at)}), and the request did not get its turn within ` +
      `${inSeconds(waitedMs)}.`,
  );
}

export function bodyTooLarge(bytes: number, maxBytes: number): GatewayError {
  return new GatewayError(
    "body_too_large",
    `The body has ${bytes} bytes, and all requests of the gateway together may hold ${maxBytes}. Send less, or raise ` +
      "max_in_flight_bytes in the gateway's settings.",
  );
}

function overloaded(at: RefusedAt, what: string): GatewayError {
  const estimateMs = at.turnMs === null ? UNKNOWN_RETRY_MS : at.turnMs * (at.waiting + 1);
  const retryAfterMs = Math.ceil(Math.min(Math.max(estimateMs, MIN_RETRY_MS), MAX_RETRY_MS));
  return new GatewayError("overloaded", `${what} Try again in ${inSeconds(retryAfterMs)}.`, { retryAfterMs });
}

function subject(limit: Limit): string {
  switch (limit.kind) {
    case "process":
      return "The gateway";
    case "client-key":
      return "This client key";
    case "provider":
      return `The provider "${limit.provider}"`;
    case "provider-key":
      return `The key "${limit.key}" of the provider "${limit.provider}"`;
  }
}

const setting = ({ limit, isShortOf }: RefusedAt): string =>
  limit.kind !== "process" ? "max_concurrency" : isShortOf === "bytes" ? "max_in_flight_bytes" : "max_in_flight";

function inSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}
