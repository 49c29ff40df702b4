/**
 * Which network addresses a URL that somebody wrote down may lead to. A name is looked up once, every address behind it is
 * judged, and the caller connects to the address that was judged: a name that answers differently the next time gains nothing.
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

export interface JudgedAddress {
  address: string;
  family: 4 | 6;
}

const PRIVATE_IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

const PRIVATE_IPV6 = [
  ["::", 128],
  ["::1", 128],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["3fff::", 20],
  ["fc00::", 7],
  ["fec0::", 10],
  ["ff00::", 8],
] as const;

/** Where clouds tell a machine its own credentials. Nobody has a service of their own there. */
const METADATA_IPV4 = [
  ["169.254.0.0", 16],
  ["168.63.129.16", 32],
  ["100.100.100.200", 32],
  ["192.0.0.192", 32],
] as const;
const METADATA_IPV6 = [
  ["fe80::", 10],
  ["fd00:ec2::", 32],
  ["fd20:ce::", 32],
] as const;

const listOf = (
  ipv4: readonly (readonly [string, number])[],
  ipv6: readonly (readonly [string, number])[],
): BlockList => {
  const list = new BlockList();
  for (const [net, prefix] of ipv4) list.addSubnet(net, prefix, "ipv4");
  for (const [net, prefix] of ipv6) list.addSubnet(net, prefix, "ipv6");
  return list;
};
interface Lists {
  private: BlockList;
  metadata: BlockList;
}
/** Made for the first address: two modules of Node come with them. */
let lists: Lists | null = null;
const makeLists = (): Lists => ({
  private: listOf(PRIVATE_IPV4, PRIVATE_IPV6),
  metadata: listOf(METADATA_IPV4, METADATA_IPV6),
});

/** `metadata` is never to be called; `private` only by those who may reach the gateway's own network. */
export function judgeAddress(address: string): "public" | "private" | "metadata" {
  const family = isIP(address);
  if (family === 0) return "metadata";
  const inner = family === 6 ? embeddedIpv4(address) : null;
  if (inner !== null) return judgeAddress(inner);
  const type = family === 4 ? "ipv4" : "ipv6";
  lists ??= makeLists();
  if (lists.metadata.check(address, type)) return "metadata";
  return lists.private.check(address, type) ? "private" : "public";
}

/** IPv4 as IPv6 writes it: mapped (::ffff:0:0/96), translated (64:ff9b::/96), and tunnelled (2002::/16). */
function embeddedIpv4(address: string): string | null {
  const groups = expand(address);
  if (groups === null) return null;
  const quad = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const isZero = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  if (isZero(0, 5) && groups[5] === 0xffff) return quad(groups[6], groups[7]);
  if (isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0) return quad(groups[6], groups[7]);
  if (groups[0] === 0x64 && groups[1] === 0xff9b && isZero(2, 6)) return quad(groups[6], groups[7]);
  if (groups[0] === 0x2002) return quad(groups[1], groups[2]);
  // The old form with nothing before the IPv4 address; :: and ::1 are IPv6's own.
  if (isZero(0, 6) && groups[6] !== 0) return quad(groups[6], groups[7]);
  return null;
}

function expand(address: string): number[] | null {
  const plain = (address.split("%")[0] ?? "").replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const groupsOf = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  const missing = 8 - before.length - after.length;
  if (tail === undefined) return missing === 0 ? before : null;
  return missing < 0 ? null : [...before, ...Array<number>(missing).fill(0), ...after];
}

export type LookUp = (host: string) => Promise<readonly { address: string; family: number }[]>;

const lookUpAll: LookUp = (host) => lookup(host, { all: true });

/**
 * The addresses to connect to for a URL's host name.
 * @throws Error with a sentence when one of them may not be called, or when there is none.
 */
export async function judgedAddresses(
  hostname: string,
  { allowPrivate, lookUp = lookUpAll }: { allowPrivate: boolean; lookUp?: LookUp },
): Promise<[JudgedAddress, ...JudgedAddress[]]> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(host);
  const found = family === 0 ? await lookUp(host) : [{ address: host, family }];
  for (const { address } of found) {
    const verdict = judgeAddress(address);
    if (verdict === "metadata") throw new Error("its name leads to an address that gives away a machine's credentials");
    if (verdict === "private" && !allowPrivate) throw new Error("its name leads into a private network");
  }
  const [first, ...rest] = found.map(({ address, family: kind }) => ({ address, family: kind === 6 ? 6 : 4 }) as const);
  if (first === undefined) throw new Error("its name leads nowhere");
  return [first, ...rest];
}
