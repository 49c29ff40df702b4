import type { ProviderWire } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";

const bearers = new WeakMap<ProviderInstance, { secret: string; value: string }>();

/** Mostly the one string that the last request had: it is compared by others, and would be put together anew for that. */
function bearerOf(instance: ProviderInstance, secret: string): string {
  const known = bearers.get(instance);
  if (known?.secret === secret) return known.value;
  const value = `Bearer ${secret}`;
  bearers.set(instance, { secret, value });
  return value;
}

/** The headers that show the gateway's credential to a provider, in the form that its wire wants. */
export function providerHeaders(
  instance: ProviderInstance,
  wire: ProviderWire,
  secret: string | null,
): Record<string, string> {
  if (secret === null) return {};
  switch (instance.auth[wire] ?? "bearer") {
    case "bearer":
    case "aws":
    case "google":
      return { authorization: bearerOf(instance, secret) };
    case "x-api-key":
      return { "x-api-key": secret };
    case "x-goog-api-key":
      return { "x-goog-api-key": secret };
    case "api-key":
      return { "api-key": secret };
    case "none":
      return {};
  }
}
