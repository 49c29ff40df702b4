/**
 * Where a request really came from. Behind a proxy the socket names the proxy; what the proxy says in its headers is
 * believed only where the operator trusts its address, because everybody can send such headers.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** As the client saw it. */
export interface Client {
  address: string | null;
  /** `https` where a trusted proxy says so. */
  protocol: "http" | "https";
  /** The name and port that the client asked; null where a request names none. */
  host: string | null;
}

const known = new WeakMap<IncomingMessage, Client>();

/** @param trusted addresses and networks (`10.0.0.0/8`) that were checked. */
export function createProxyTrust(trusted: readonly string[]): (address: string) => boolean {
  if (trusted.length === 0) return () => false;
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
  };
}

/** To be called once, before anybody asks. */
export function noteClient(request: IncomingMessage, isTrusted: (address: string) => boolean): void {
  const client = clientBehind(request.socket.remoteAddress, request.headers, isTrusted);
  if (client !== null) known.set(request, client);
}

/** Whoever asked what these headers came with; null where no trusted proxy is between, and the socket says it all. */
function clientBehind(
  remoteAddress: string | undefined,
  headers: IncomingHttpHeaders,
  isTrusted: (address: string) => boolean,
): Client | null {
  const direct = plainAddress(remoteAddress ?? "");
  if (direct === null || !isTrusted(direct)) return null;
  return {
    address: firstUntrusted(headers, isTrusted) ?? direct,
    protocol: last(headers["x-forwarded-proto"])?.toLowerCase() === "https" ? "https" : "http",
    host: hostIn(last(headers["x-forwarded-host"])) ?? headers.host ?? null,
  };
}

const onTheWire = (remoteAddress: string | undefined, headers: IncomingHttpHeaders): Client => ({
  address: plainAddress(remoteAddress ?? ""),
  protocol: "http",
  host: headers.host ?? null,
});

/** The same for a request that is not one of `node:http`. */
export const clientAt = (
  remoteAddress: string | undefined,
  headers: IncomingHttpHeaders,
  isTrusted: (address: string) => boolean,
): Client => clientBehind(remoteAddress, headers, isTrusted) ?? onTheWire(remoteAddress, headers);

/** Null for a socket file, and when the client is gone. */
export const addressOf = (request: IncomingMessage): string | null => clientOf(request).address;

export const clientOf = (request: IncomingMessage): Client =>
  known.get(request) ?? onTheWire(request.socket.remoteAddress, request.headers);

/** Each proxy appends whom it was asked by, so the list is read from its end; what stands further left can be made up. */
function firstUntrusted(headers: IncomingHttpHeaders, isTrusted: (address: string) => boolean): string | null {
  const header = headers["x-forwarded-for"];
  const steps = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").toReversed();
  let nearest: string | null = null;
  for (const step of steps) {
    const address = plainAddress(step.trim());
    if (address === null) break;
    nearest = address;
    if (!isTrusted(address)) break;
  }
  return nearest;
}

/** Requests come from few addresses, each many times. */
const MAX_PLAIN = 1_000;
const plain = new Map<string, string | null>();

function plainAddress(text: string): string | null {
  let address = plain.get(text);
  if (address === undefined) {
    address = readAddress(text);
    if (plain.size >= MAX_PLAIN) plain.clear();
    plain.set(text, address);
  }
  return address;
}

/** Without port, brackets and zone; an IPv4 address in the clothes of IPv6 is the same address. */
function readAddress(text: string): string | null {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? null : address;
}

const last = (header: string | string[] | undefined): string | undefined =>
  (Array.isArray(header) ? header.join(",") : header)?.split(",").at(-1)?.trim();

const hostIn = (text: string | undefined): string | null =>
  text !== undefined && /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(text) ? text : null;
