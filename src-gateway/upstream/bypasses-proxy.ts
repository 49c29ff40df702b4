/** Whether a host is reached without a proxy, by the rules that curl and its likes have for `NO_PROXY`. Pure. */
import { isIP } from "node:net";

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

export function bypassesProxy(url: URL, noProxy: readonly string[]): boolean {
  const host = bare(url.hostname);
  if (isThisComputer(host)) return true;
  const port = url.port || (DEFAULT_PORTS[url.protocol] ?? "");
  return noProxy.some((entry) => fits(entry.toLowerCase(), host, port));
}

function fits(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, named = entry, wantedPort] =
    /^\[(.+)\]:(\d+)$/.exec(entry) ?? /^([^:]+):(\d+)$/.exec(entry) ?? ([entry, bare(entry), undefined] as const);
  if (wantedPort !== undefined && wantedPort !== port) return false;
  if (named === "*") return true;
  if (named.startsWith("*.")) return host.endsWith(named.slice(1)) && host.length > named.length - 1;
  const name = named.replace(/^\./, "").replace(/\.$/, "");
  if (name === "") return false;
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.+)\]$/, "$1")
    .replace(/(.)\.$/, "$1");

/** A proxy elsewhere would look for it on itself. */
const isThisComputer = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
