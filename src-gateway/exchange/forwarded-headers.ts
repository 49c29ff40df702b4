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

/** Of the provider's headers, in an object of its own. */
export function headersToClient(provider: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  // The engine knows the places of the members in this loop alone; nothing is inherited that it would find.
  for (const name in provider) {
    if (!passesToClient(name)) continue;
    const value = provider[name];
    if (value !== undefined) passed[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return passed;
}

/** Names are few, and the same ones come with each answer. */
const MAX_NAMES = 500;
const judged = new Map<string, boolean>();

function passesToClient(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const passes = TO_CLIENT.has(name) || TO_CLIENT_PREFIXES.some((prefix) => name.startsWith(prefix));
  if (judged.size >= MAX_NAMES) judged.clear();
  judged.set(name, passes);
  return passes;
}
