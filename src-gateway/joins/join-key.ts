/** When two requests are the same, and what tells that the second is the first one again. Pure. */
import type { RunHash } from "../lib/run-hash.ts";
import type { JoinRequest, RetrySignal } from "./types.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What headers say of it. */
export interface JoinHeaders extends RetrySignal {
  /** Names and values of those that change what is asked. */
  meaningful: readonly string[];
}

export interface JoinFacts {
  /** Answers of one are never given to another. */
  owner: string;
  /** Wire, surface, path and query: everything about the place that changes the answer. */
  place: readonly string[];
  headers: JoinHeaders;
  /** As the client sent it, but for its compression. */
  body: Uint8Array;
}

/** Headers that change what is asked, of whom, or in which of a client's conversations. */
const MEANINGFUL_HEADERS = [
  "anthropic-beta",
  "anthropic-version",
  "openai-beta",
  "openai-organization",
  "openai-project",
  "session-id",
  "session_id",
  "x-claude-code-session-id",
  "x-provider",
  "x-session-id",
  "x-tokligence-project",
  "x-tokligence-session",
  "x-tokligence-strict",
] as const;

/** How SDKs count: the first try is 0 for Stainless, and 1 for Amazon's. */
const RETRY_COUNT_HEADERS = ["x-stainless-retry-count", "x-retry-count", "x-retry-attempt"] as const;
const AMAZON_ATTEMPT = /(?:^|[;\s])attempt=(\d{1,4})(?:$|[;\s])/;
const IDEMPOTENCY_HEADERS = ["idempotency-key", "x-idempotency-key"] as const;

export function joinRequestOf(facts: JoinFacts, hash: RunHash): JoinRequest {
  const { isRetry, idempotencyKey } = facts.headers;
  return { key: joinKey(facts, hash), isRetry, idempotencyKey };
}

/** The same for the same bytes of the same client to the same place. */
export function joinKey({ owner, place, headers, body }: JoinFacts, hash: RunHash): string {
  // Each part with its length, so that none can pretend to be two; the body stands last.
  hash.begin().addText(owner).addNumber(place.length);
  for (const part of place) hash.addText(part);
  for (const text of headers.meaningful) hash.addText(text);
  return hash.addNumber(-1).add(body).text();
}

export function joinHeadersOf(headers: Headers): JoinHeaders {
  const meaningful: string[] = [];
  for (const name of MEANINGFUL_HEADERS) {
    const text = textOf(headers[name]);
    if (text !== null) meaningful.push(name, text);
  }
  return { ...retrySignalOf(headers), meaningful };
}

export function retrySignalOf(headers: Headers): RetrySignal {
  let isRetry = false;
  for (const name of RETRY_COUNT_HEADERS) if (Number(textOf(headers[name])) > 0) isRetry = true;
  const amazon = textOf(headers["amz-sdk-request"]);
  if (amazon !== null && Number(AMAZON_ATTEMPT.exec(amazon)?.[1]) > 1) isRetry = true;
  let idempotencyKey: string | null = null;
  for (const name of IDEMPOTENCY_HEADERS) idempotencyKey ||= textOf(headers[name]) || null;
  return { isRetry, idempotencyKey };
}

const textOf = (value: string | string[] | undefined): string | null =>
  value === undefined ? null : Array.isArray(value) ? value.join(",") : value;
