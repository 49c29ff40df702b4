import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeAddress, judgedAddresses } from "../../../src-gateway/lib/address-guard.ts";

const PRIVATE = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.2.1",
  "192.168.0.1",
  "198.18.0.1",
  "203.0.113.9",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::127.0.0.1",
  "64:ff9b::a00:1",
  "2002:a00:1::",
  "fc00::1",
  "fd12:3456::1",
  "ff02::1",
  "2001:db8::1",
  "2001::1",
];
const METADATA = [
  "169.254.169.254",
  "169.254.0.1",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "fe80::1",
  "fd00:ec2::254",
  "::ffff:169.254.169.254",
  "64:ff9b::a9fe:a9fe",
  "2002:a9fe:a9fe::1",
  "no address",
];
const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "172.32.0.1",
  "100.128.0.1",
  "2606:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
];

describe("an address", () => {
  it.each(PRIVATE)("%s is private", (address) => expect(judgeAddress(address)).toBe("private"));
  it.each(METADATA)("%s gives away credentials, or is none", (address) =>
    expect(judgeAddress(address)).toBe("metadata"));
  it.each(PUBLIC)("%s is public", (address) => expect(judgeAddress(address)).toBe("public"));

  it("is judged alike in every way that IPv6 can write an IPv4 address", () => {
    fc.assert(
      fc.property(fc.ipV4(), (ipv4) => {
        const [a = 0, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const inIpv6 of [`::ffff:${ipv4}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`])
          expect(judgeAddress(inIpv6)).toBe(judgeAddress(ipv4));
      }),
    );
  });

  it("of any form never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), fc.ipV4Extended(), fc.string()), (text) => {
        expect(["public", "private", "metadata"]).toContain(judgeAddress(text));
      }),
    );
  });
});

describe("a name", () => {
  const lookUp = (...addresses: string[]) => ({
    lookUp: async () => addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
  });

  it("is refused when one of its addresses is private, whatever the others are", async () => {
    await expect(
      judgedAddresses("a.example", { allowPrivate: false, ...lookUp("1.1.1.1", "10.0.0.1") }),
    ).rejects.toThrow(/private network/);
    expect(await judgedAddresses("a.example", { allowPrivate: true, ...lookUp("10.0.0.1") })).toEqual([
      { address: "10.0.0.1", family: 4 },
    ]);
  });

  it("never leads to a machine's credentials, and has to lead somewhere", async () => {
    for (const allowPrivate of [false, true])
      await expect(judgedAddresses("a.example", { allowPrivate, ...lookUp("169.254.169.254") })).rejects.toThrow(
        /credentials/,
      );
    await expect(judgedAddresses("a.example", { allowPrivate: true, ...lookUp() })).rejects.toThrow(/nowhere/);
  });

  it.each([
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::1]/",
    "http://127.1/",
    "http://017700000001/",
  ])("in the disguise of %s is seen through", async (url) => {
    await expect(judgedAddresses(new URL(url).hostname, { allowPrivate: false })).rejects.toThrow(/private network/);
  });
});
