/**
 * Which way a call takes: straight, or through a proxy, and whose certificates are believed on it. Decided for each origin once,
 * so a call costs one look into a map.
 */
import type { LookupFunction, TcpNetConnectOpts } from "node:net";
import type { SecureContext } from "node:tls";
import { Agent, buildConnector, type Dispatcher, fetch as fetchOver, ProxyAgent } from "undici";
import type { ProviderInstance } from "../providers/types.ts";
import type { NetworkSettings } from "../settings/network-settings.ts";
import { bypassesProxy } from "./bypasses-proxy.ts";
import { createHttp1Client, type Http1Client } from "./http1/client.ts";
import { createSystemProxies } from "./system-proxies.ts";
import type { Trust } from "./trusted-authorities.ts";

export interface WaysOut {
  /** The connections to an address. */
  to(url: URL): Dispatcher;
  /**
   * Our own client, which is the cheaper one; null where a proxy is on the way. It may leave a request to `to`.
   * @param origin of the URL, which would put it together anew.
   */
  straightTo(url: URL, origin: string): Http1Client | null;
  /** Connections of their own, the same way; whoever asks for them ends them. `lookup` counts only where no proxy resolves. */
  fresh(url: URL, lookup?: LookupFunction): Dispatcher;
  /** The proxy on the way, without user and password; null when there is none. */
  proxyTo(url: URL): string | null;
  /** As the global one, by these ways. */
  fetch: typeof fetch;
  /** Asks the system for its proxies to the providers, where it is the system that says; the desktop does before it starts. */
  learn(): Promise<void>;
  close(): Promise<void>;
}

export interface WaysOutOptions {
  network: Pick<NetworkSettings, "httpProxy" | "httpsProxy" | "noProxy" | "mayAskSystem">;
  /** Who is trusted besides; null: the well-known authorities only. */
  trust: Trust | null;
  connectMs: number;
  /** Those with a proxy of their own. The same object as long as nothing changed. */
  instances: () => ReadonlyMap<string, Pick<ProviderInstance, "proxy" | "protocols">>;
  /** As a proxy script answers: `PROXY host:port; DIRECT`. */
  systemProxy?: ((url: string) => Promise<string>) | undefined;
}

const POOL = { pipelining: 1, keepAliveTimeout: 4_000, allowH2: false } as const;

export function createWaysOut(options: WaysOutOptions): WaysOut {
  const { network, trust, connectMs, instances } = options;
  const straight = (lookup?: LookupFunction): Agent =>
    new Agent({ ...POOL, connect: connectorOf(connectMs, trust, lookup ? { lookup } : {}) });
  const through = (proxy: string): ProxyAgent => {
    const tls = { timeout: connectMs, ...trustedBy(trust) };
    return new ProxyAgent({ ...POOL, uri: proxy, connectTimeout: connectMs, requestTls: tls, proxyTls: tls });
  };
  const system = createSystemProxies(network.mayAskSystem ? options.systemProxy : undefined, () => known.clear());
  // Made with the first call: a gateway that has called nobody holds no connections, and has not loaded what makes them.
  let agent: Agent | null = null;
  let own: Http1Client | null = null;
  const agents = new Map<string, ProxyAgent>();
  /** The proxy to each origin, or null. */
  const known = new Map<string, string | null>();
  let ownProxy: ReadonlyMap<string, string> = new Map();
  let ownOf: unknown = null;

  const proxyOf = (url: URL): string | null => {
    const override = ownProxy.get(url.origin);
    if (override !== undefined) return override === "none" ? null : override;
    if (bypassesProxy(url, network.noProxy)) return null;
    return (url.protocol === "https:" ? network.httpsProxy : network.httpProxy) ?? system.proxyTo(url.origin);
  };
  const refresh = (): void => {
    const now = instances();
    if (now === ownOf) return;
    ownOf = now;
    ownProxy = ownProxies(now);
    known.clear();
  };
  const wayTo = (url: URL, origin: string): string | null => {
    refresh();
    const found = known.get(origin);
    if (found !== undefined) return found;
    const proxy = proxyOf(url);
    known.set(origin, proxy);
    return proxy;
  };
  const to = (url: URL): Dispatcher => {
    const proxy = wayTo(url, url.origin);
    if (proxy === null) return (agent ??= straight());
    const found = agents.get(proxy) ?? through(proxy);
    agents.set(proxy, found);
    return found;
  };
  const openOwn = (): Http1Client =>
    createHttp1Client((more) => connectorOf(connectMs, trust, more), { keepAliveMs: POOL.keepAliveTimeout });
  return {
    to,
    straightTo: (url, origin) => (wayTo(url, origin) === null ? (own ??= openOwn()) : null),
    fresh(url, lookup) {
      refresh();
      const proxy = proxyOf(url);
      return proxy === null ? straight(lookup) : through(proxy);
    },
    proxyTo(url) {
      refresh();
      return withoutUser(proxyOf(url));
    },
    fetch: ((input: string | URL, init?: RequestInit) =>
      fetchOver(input, {
        ...(init as Parameters<typeof fetchOver>[1]),
        dispatcher: to(new URL(input)),
      })) as unknown as typeof fetch,
    learn: () => system.learn(originsOf(instances())),
    async close() {
      const opened = agent === null ? [...agents.values()] : [agent, ...agents.values()];
      await Promise.all([own?.close(), ...opened.map((each) => each.destroy())]);
    },
  };
}

const trustedBy = (trust: Trust | null): { secureContext?: SecureContext } => {
  const secureContext = trust?.() ?? null;
  return secureContext === null ? {} : { secureContext };
};

/** Who is trusted is asked when somebody is called over TLS. */
function connectorOf(
  connectMs: number,
  trust: Trust | null,
  more: Pick<TcpNetConnectOpts, "lookup" | "onread">,
): buildConnector.connector {
  const given = { timeout: connectMs, allowH2: POOL.allowH2, ...more };
  const plain = buildConnector(given);
  let secure: buildConnector.connector | null = null;
  return (options, callback) => {
    if (options.protocol !== "https:") return plain(options, callback);
    try {
      secure ??= buildConnector({ ...given, ...trustedBy(trust) });
    } catch (error) {
      return callback(error as Error, null);
    }
    return secure(options, callback);
  };
}

function ownProxies(instances: ReturnType<WaysOutOptions["instances"]>): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  for (const { proxy, protocols } of instances.values())
    if (proxy !== undefined) for (const base of Object.values(protocols)) own.set(new URL(base).origin, proxy);
  return own;
}

const originsOf = (instances: ReturnType<WaysOutOptions["instances"]>): string[] => [
  ...new Set(
    [...instances.values()].flatMap(({ protocols }) => Object.values(protocols).map((base) => new URL(base).origin)),
  ),
];

function withoutUser(proxy: string | null): string | null {
  if (proxy === null) return null;
  const url = new URL(proxy);
  return `${url.protocol}//${url.host}`;
}
