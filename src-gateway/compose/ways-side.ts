import type { Host } from "../index.ts";
import type { ProviderInstance } from "../providers/types.ts";
import type { Settings } from "../settings/types.ts";
import { trustedAuthorities } from "../upstream/trusted-authorities.ts";
import { createWaysOut, type WaysOut } from "../upstream/ways-out.ts";
import type { LogParts } from "./log-parts.ts";

/** The ways out as the settings say. @throws SettingsError when the file with authorities cannot be used. */
export function openWaysOut(
  { network, timeouts }: Settings,
  { log, redactor }: LogParts,
  host: Host,
  instances: () => ReadonlyMap<string, ProviderInstance>,
): WaysOut {
  for (const proxy of [network.httpProxy, network.httpsProxy]) {
    if (proxy === null) continue;
    const { password } = new URL(proxy);
    redactor.add(password);
    redactor.add(decodeURIComponent(password));
  }
  return createWaysOut({
    network,
    trust: trustedAuthorities(network, log),
    connectMs: timeouts.connectMs,
    instances,
    systemProxy: host.systemProxy && ((url) => host.systemProxy?.(url) ?? Promise.resolve("DIRECT")),
  });
}
