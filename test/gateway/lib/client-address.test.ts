import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOf, clientOf, createProxyTrust, noteClient } from "../../../src-gateway/lib/client-address.ts";

const request = (remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

function from(trusted: string[], remoteAddress: string, headers: Record<string, string> = {}) {
  const asked = request(remoteAddress, { host: "127.0.0.1:8081", ...headers });
  noteClient(asked, createProxyTrust(trusted));
  return clientOf(asked);
}

describe("the address of a client", () => {
  it("is the socket's where no proxy is trusted, whatever the headers say", () => {
    const headers = {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
    };
    const direct = { address: "198.51.100.1", protocol: "http", host: "127.0.0.1:8081" };
    expect(from([], "198.51.100.1", headers)).toEqual(direct);
    expect(from(["10.0.0.0/8"], "198.51.100.1", headers)).toEqual(direct);
    expect(addressOf(request("::ffff:198.51.100.1"))).toBe("198.51.100.1");
    expect(addressOf(request(""))).toBeNull();
  });

  it("is what a trusted proxy says", () => {
    const headers = {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "gw.example:8443",
    };
    const expected = { address: "203.0.113.9", protocol: "https", host: "gw.example:8443" };
    expect(from(["10.0.0.0/8"], "10.1.2.3", headers)).toEqual(expected);
    expect(from(["10.1.2.3"], "::ffff:10.1.2.3", headers)).toEqual(expected);
    expect(from(["fd00::/8"], "fd12::1", headers)).toEqual(expected);
  });

  it.each([
    ["made up by the client", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["handed on by two proxies", "203.0.113.9, 10.0.0.7", "203.0.113.9"],
    ["made up with a proxy's address", "10.9.9.9, 203.0.113.9, 10.0.0.7", "203.0.113.9"],
    ["with ports and brackets", "[2001:db8::1]:4711, 10.0.0.7:80", "2001:db8::1"],
    ["no address at all", "unknown", "10.1.2.3"],
    ["broken in the middle", "203.0.113.9, x, 10.0.0.7", "10.0.0.7"],
    ["empty", "", "10.1.2.3"],
  ])("is read from the end of the list: %s", (_name, header, address) => {
    expect(from(["10.0.0.0/8"], "10.1.2.3", { "x-forwarded-for": header }).address).toBe(address);
  });

  it("is an address or nothing, whatever stands in the headers", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (forwarded, protocol, host) => {
        const client = from(["10.0.0.0/8"], "10.1.2.3", {
          "x-forwarded-for": forwarded,
          "x-forwarded-proto": protocol,
          "x-forwarded-host": host,
        });
        expect(client.address).toMatch(/^[\da-f.:]+$/i);
        expect(client.host).toMatch(/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i);
      }),
    );
  });
});
