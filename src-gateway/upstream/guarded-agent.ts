import { isIP, type LookupFunction } from "node:net";
import { Agent, type Dispatcher } from "undici";
import { GatewayError } from "../ir/errors.ts";
import { judgeAddress, judgedAddresses, type LookUp } from "../lib/address-guard.ts";
import type { WaysOut } from "./ways-out.ts";

/**
 * Connections to one address that somebody has typed, bound to what its name led to when it was judged. A private address is
 * fine: that is where local models are. Where clouds give away the machine's credentials is not.
 * @throws GatewayError forbidden, provider_unreachable
 */
export async function createGuardedAgent(
  baseUrl: string,
  options: { allowMetadata: boolean; lookUp?: LookUp; ways?: Pick<WaysOut, "fresh" | "proxyTo"> | undefined },
): Promise<Dispatcher> {
  const url = new URL(baseUrl);
  const fresh = (lookup?: LookupFunction): Dispatcher =>
    options.ways?.fresh(url, lookup) ?? new Agent(lookup ? { connect: { lookup } } : {});
  if (options.allowMetadata) return fresh();
  const { hostname } = url;
  // A proxy looks the name up, where this computer often cannot.
  const isProxied = (options.ways?.proxyTo(url) ?? null) !== null;
  if (isProxied && !leadsToMetadata(hostname)) return fresh();
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
  return fresh(lookup);
}

function leadsToMetadata(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(host) !== 0 && judgeAddress(host) === "metadata";
}
