import type { ProviderWire } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";

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
      return { authorization: `Bearer ${secret}` };
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
