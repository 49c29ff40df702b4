/**
 * Which headers cross the gateway on the straight path. Both ways a list of what may pass: a client's credential, cookies
 * and proxy headers are on none of them.
 */
import { headersToClient } from "../forwarded-headers.ts";
import type { Headers } from "../types.ts";
import type { PassthroughTarget, ProviderBase } from "./types.ts";

/** What says something about the request or its body, and nothing about who sent it. */
const TO_EVERY_PROVIDER = [
  "user-agent",
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "prefer",
  "range",
] as const;

const TO_BASE: Partial<Record<ProviderBase, readonly string[]>> = {
  "openai-chat": ["openai-beta"],
  "openai-responses": ["openai-beta"],
  "anthropic-messages": ["anthropic-version", "anthropic-beta"],
  "gemini-content": ["x-goog-api-client"],
};

/** They name an account of this vendor, so nobody else needs to see them. */
const TO_KIND: Readonly<Record<string, readonly string[]>> = { openai: ["openai-organization", "openai-project"] };

const TO_CLIENT = [
  "accept-ranges",
  "content-disposition",
  "content-language",
  "content-range",
  "etag",
  "last-modified",
  "location",
] as const;

export function passthroughHeaders(
  { instance, base }: PassthroughTarget,
  client: Headers,
  body: { isAsSent: boolean },
): Record<string, string> {
  const names = [...TO_EVERY_PROVIDER, ...(TO_BASE[base] ?? []), ...(TO_KIND[instance.kind] ?? [])];
  const passed: Record<string, string> = {
    accept: "*/*",
    ...(base === "anthropic-messages" ? { "anthropic-version": "2023-06-01" } : {}),
    ...pick(client, body.isAsSent ? [...names, "content-encoding"] : names),
    ...instance.headers,
    // Answers are read on the way through; compressing them for one local hop would only cost both sides time.
    "accept-encoding": "identity",
  };
  return passed;
}

export function answerHeaders(provider: Headers): Record<string, string> {
  const isPacked = provider["content-encoding"] !== undefined && provider["content-encoding"] !== "identity";
  return {
    ...headersToClient(provider),
    // The dispatcher unpacks: the length on the wire is not the length that the client gets.
    ...pick(provider, isPacked ? TO_CLIENT : [...TO_CLIENT, "content-length"]),
  };
}

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) picked[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return picked;
}
