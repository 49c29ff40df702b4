/**
 * Which headers cross the gateway. Both ways it is a list of what may pass: a client's credential, cookies and proxy
 * headers never reach a provider, and a provider's hop-by-hop or account headers never reach a client.
 */
import type { ProviderWire, WireProtocol } from "../ir/protocol.ts";
import { withLongContext } from "./long-context.ts";
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

/** What a provider of another wire is told of the client: who it is, and nothing that only its own wire understands. */
const TO_FOREIGN: readonly string[] = ["user-agent"];

/** They name an account of this vendor, so no other provider is told. */
const TO_KIND: Readonly<Record<string, readonly string[]>> = { openai: ["openai-organization", "openai-project"] };

const NONE: readonly string[] = [];

export function headersToProvider(
  target: { wire: ProviderWire; kind: string },
  client: { wire: WireProtocol; model: string; headers: Headers },
): Record<string, string> {
  const names = target.wire === client.wire ? TO_PROVIDER[client.wire] : TO_FOREIGN;
  const passed: Record<string, string> = {};
  pass(names, client.headers, passed);
  pass(TO_KIND[target.kind] ?? NONE, client.headers, passed);
  return withLongContext(passed, client.model, target.wire);
}

function pass(names: readonly string[], from: Headers, to: Record<string, string>): void {
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) to[name] = Array.isArray(value) ? value.join(", ") : value;
  }
}

export function headersToClient(provider: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of Object.keys(provider)) {
    const value = provider[name];
    if (value !== undefined && passesToClient(name)) passed[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return passed;
}

function passesToClient(name: string): boolean {
  if (TO_CLIENT.has(name)) return true;
  for (const prefix of TO_CLIENT_PREFIXES) if (name.startsWith(prefix)) return true;
  return false;
}
