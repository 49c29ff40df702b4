/** Joins the client's path and a provider's base URL so that a version that both have stands there once. Pure. */
import { GatewayError } from "../../ir/errors.ts";
import { WIRE_PROTOCOLS, type WireProtocol } from "../../ir/protocol.ts";
import { ownAddressOf } from "../../providers/surfaces.ts";
import type { ProviderInstance } from "../../providers/types.ts";
import type { PassthroughRoute, ProviderBase } from "./types.ts";

/** The client's wire that a provider is answered for in: OpenAI's where the provider's is nobody's but its own. */
export const wireOfBase = (base: ProviderBase): WireProtocol =>
  WIRE_PROTOCOLS.find((wire) => wire === base) ?? "openai-chat";

const isVersion = (segment: string | undefined): boolean => /^v\d\w*$/.test(segment ?? "");

/** The address to call; `query` is added as it is. */
export function providerUrl(
  instance: ProviderInstance,
  base: ProviderBase,
  route: PassthroughRoute,
  query: string,
): string {
  const url = versionedBase(instance, base);
  const search = query === "" ? "" : `?${query}`;
  if (route.provider === null) {
    return (ownAddressOf(instance.kind, route.surface, url) ?? url + route.path) + search;
  }
  return joined(url, route.path) + search;
}

/**
 * The base URL to speak to: in the wire of the path where the provider has it, else the one that the client's path fits
 * best, else that of its model list, which is the wire that the provider calls its own, else its first.
 */
export function chooseBase(
  instance: ProviderInstance,
  dialect: WireProtocol | null,
  route: PassthroughRoute,
): ProviderBase {
  const bases = Object.keys(instance.protocols) as ProviderBase[];
  const sibling: Partial<Record<WireProtocol, WireProtocol>> = {
    "openai-chat": "openai-responses",
    "openai-responses": "openai-chat",
  };
  for (const wanted of [dialect, dialect ? sibling[dialect] : undefined]) {
    if (wanted && instance.protocols[wanted] !== undefined) return wanted;
  }
  const overlapOf = (base: ProviderBase): number => overlap(versionedBase(instance, base), route.path);
  const best = route.provider === null ? 0 : Math.max(0, ...bases.map(overlapOf));
  const fitting = best === 0 ? bases : bases.filter((base) => overlapOf(base) === best);
  const own = instance.modelsEndpoint?.protocol;
  const chosen = own !== undefined && fitting.includes(own) ? own : fitting[0];
  if (chosen === undefined)
    throw new GatewayError("protocol_not_spoken", `The provider "${instance.id}" has no address to send this to.`);
  return chosen;
}

/** A path that would leave the provider's base URL is refused: the gateway's credential goes with the request. */
export function refuseEscape(path: string): void {
  let plain = path;
  try {
    plain = decodeURIComponent(path);
  } catch {
    // Not encoded, then; what it says is looked at as it is.
  }
  if (!/(?:^|[\\/])\.{1,2}(?:[\\/]|$)|\\|#/.test(plain)) return;
  throw new GatewayError("invalid_request", 'The path holds ".", "..", a backslash or "#". Write it out without them.');
}

/** Anthropic's base URL is without the version that all its paths begin with. */
function versionedBase(instance: ProviderInstance, base: ProviderBase): string {
  const url = instance.protocols[base] ?? "";
  return base === "anthropic-messages" ? `${url}/v1` : url;
}

function joined(base: string, path: string): string {
  const segments = path.split("/").slice(1);
  const shared = overlap(base, path);
  if (shared > 0) return [base, ...segments.slice(shared)].join("/");
  const last = base.slice(base.lastIndexOf("/") + 1);
  // Another version than the configured one is meant when it is written.
  if (isVersion(last) && isVersion(segments[0])) return base.slice(0, base.lastIndexOf("/")) + path;
  return base + path;
}

/** How many segments the end of the base URL's path has in common with the beginning of the client's path. */
function overlap(base: string, path: string): number {
  const inBase = new URL(base).pathname.split("/").filter((segment) => segment !== "");
  const inPath = path.split("/").slice(1);
  for (let count = Math.min(inBase.length, inPath.length); count > 0; count--) {
    if (inBase.slice(-count).every((segment, index) => segment === inPath[index])) return count;
  }
  return 0;
}
