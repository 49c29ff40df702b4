import type { ListenerSettings } from "./types.ts";

/** Why a text cannot be the address of a provider, without repeating it; null when it can. */
export function baseUrlProblem(text: string): { problem: string; hint: string } | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(text) || /[\s\p{Cc}]/u.test(text)) {
    return { problem: "is no http(s) address", hint: "such as https://api.example.com/v1" };
  }
  if (url.username !== "" || url.password !== "") {
    return { problem: "must not hold a user or password", hint: "give the key as a credential" };
  }
  if (/[?#]/.test(text)) return { problem: "must not hold a query", hint: "only scheme, host, port and path" };
  return null;
}

export const withoutSlash = (url: string): string => url.replace(/\/+$/, "");

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/;

/**
 * Whether requests to this address would come back to the gateway. Clients on this computer are told of the gateway by the
 * same variables that name providers (`OPENAI_BASE_URL`), so this happens as soon as both share a shell.
 */
export function isOwnAddress(url: string, listeners: readonly ListenerSettings[]): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== "http:") return false;
  const bare = hostname.replace(/^\[|\]$/g, "");
  return listeners.some(
    (listener) => listener.port === Number(port || 80) && (LOOPBACK.test(hostname) || listener.host === bare),
  );
}
