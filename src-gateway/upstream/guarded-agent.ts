import type { LookupFunction } from "node:net";
import { Agent } from "undici";
import { GatewayError } from "../ir/errors.ts";
import { judgedAddresses, type LookUp } from "../lib/address-guard.ts";

/**
 * Connections to one address that somebody has typed, bound to what its name led to when it was judged. A private address is
 * fine: that is where local models are. Where clouds give away the machine's credentials is not.
 * @throws GatewayError forbidden, provider_unreachable
 */
export async function createGuardedAgent(
  baseUrl: string,
  options: { allowMetadata: boolean; lookUp?: LookUp },
): Promise<Agent> {
  if (options.allowMetadata) return new Agent();
  const { hostname } = new URL(baseUrl);
  const addresses = await judgedAddresses(hostname, {
    allowPrivate: true,
    ...(options.lookUp ? { lookUp: options.lookUp } : {}),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== undefined)
      throw new GatewayError("provider_unreachable", `The name ${hostname} cannot be resolved (${error.code}).`);
    throw new GatewayError(
      "forbidden",
      `${hostname} is not asked: ${error.message}. The setting allow_metadata_addresses lifts that.`,
    );
  });
  const lookup: LookupFunction = (_host, { all }, answer) => {
    if (all === true) answer(null, addresses);
    else answer(null, addresses[0].address, addresses[0].family);
  };
  return new Agent({ connect: { lookup } });
}
