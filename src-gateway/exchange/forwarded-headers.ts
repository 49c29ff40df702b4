/**
 * Which headers cross the gateway. Both ways it is a list of what may pass: a client's credential, cookies and proxy
 * headers never reach a provider, and a provider's hop-by-hop or account headers never reach a client.
 */
import type { WireProtocol } from "../ir/protocol.ts";
import type { Headers } from "./types.ts";

const TO_PROVIDER: Readonly<Record<WireProtocol, readonly string[]>> = {
  "openai-chat": ["user-agent", "openai-beta"],
  "openai-responses": ["user-agent", "openai-beta", "originator", "session_id", "session-id", "x-client-request-id"],
  "anthropic-messages": ["user-agent", "anthropic-version", "anthropic-beta", "x-app"],
  "gemini-content": ["user-agent", "x-goog-api-client"],
};

const TO_CLIENT: ReadonlySet<string> = new Set([
  "content-type",
  "request-id",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "openai-version",
  "openai-processing-ms",
  "openai-model",
]);
const TO_CLIENT_PREFIXES = ["x-ratelimit-", "anthropic-ratelimit-"];

export function headersToProvider(wire: WireProtocol, client: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of TO_PROVIDER[wire]) {
    const value = client[name];
    if (value !== undefined) passed[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return passed;
}

export function headersToClient(provider: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(provider)) {
    if (value === undefined) continue;
    if (!TO_CLIENT.has(name) && !TO_CLIENT_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    passed[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return passed;
}
