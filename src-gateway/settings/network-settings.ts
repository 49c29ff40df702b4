/** How the gateway gets out of a company's network: proxies, and authorities that sign what these open. */

import { splitList } from "./check-value.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";

export interface NetworkSettings {
  /** For `http:` and `https:` addresses; may hold a user and a password. Null: straight. */
  httpProxy: string | null;
  httpsProxy: string | null;
  /** Hosts that are reached without, as `NO_PROXY` writes them. */
  noProxy: readonly string[];
  /** Nobody named a proxy, so the desktop's system may. */
  mayAskSystem: boolean;
  /** Absolute path of a PEM file with more authorities. */
  caFile: string | null;
  /** The one that Node's own variable names; it may be missing. */
  nodeCaFile: string | null;
  /** Trusts those of the operating system, too. */
  useSystemCa: boolean;
}

export function networkSettingsOf(source: SecretSource): NetworkSettings {
  const { values, env } = source;
  const fromEnv = (...names: string[]): string | null => {
    // Lower case comes first, as everywhere: servers that speak CGI set HTTP_PROXY for whoever sends a `Proxy` header.
    for (const name of names)
      for (const form of [name.toLowerCase(), name]) if (env[form]?.trim()) return env[form].trim();
    return null;
  };
  const proxy = (key: "http_proxy" | "https_proxy"): string | null => {
    const own = readSecret(source, key);
    if (own?.toLowerCase() === "none" || own === "") return null;
    const url = own ?? fromEnv(key.toUpperCase(), "ALL_PROXY");
    if (url === null) return null;
    // Curl and its likes take a proxy without a scheme.
    const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
    if (isProxyUrl(whole)) return whole;
    source.layers.problems.push({
      where: own === null ? `env ${key.toUpperCase()} or ALL_PROXY` : values.where(key),
      key,
      problem: "is no address of a proxy",
      hint: "such as http://proxy.example:3128, or none",
    });
    return null;
  };
  const httpsProxy = proxy("https_proxy");
  const httpProxy = proxy("http_proxy");
  return {
    httpProxy,
    httpsProxy,
    noProxy: splitList((values.text("no_proxy") ?? fromEnv("NO_PROXY") ?? "").replace(/\s+/g, ",")),
    mayAskSystem:
      httpsProxy === null &&
      httpProxy === null &&
      values.text("https_proxy") === null &&
      values.text("http_proxy") === null,
    caFile: values.path("extra_ca_file"),
    nodeCaFile: env["NODE_EXTRA_CA_CERTS"]?.trim() || null,
    useSystemCa: values.flag("system_ca", false),
  };
}

/** What a proxy may be given as; `socks5` resolves names at the proxy. */
const isProxyUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  // Else a user or a password holds a % that stands for nothing.
  const isWhole = !/%(?![0-9a-f]{2})/i.test(username + password);
  return /^(?:https?|socks5?):$/.test(protocol) && hostname !== "" && isWhole;
};
