import { describe, expect, it } from "vitest";
import { checkOrigin, type OriginPolicy } from "../../../src-gateway/server/origin-guard.ts";

const loopback: OriginPolicy = { allowedHosts: new Set(), allowedOrigins: new Set(), listensBeyondLoopback: false };
const ask = (host: string | undefined, origin?: string, fetchSite?: string, policy = loopback) =>
  checkOrigin({ host, origin, fetchSite }, policy);

describe("the origin guard", () => {
  it.each([
    "127.0.0.1:8081",
    "localhost:8081",
    "LOCALHOST",
    "[::1]:8081",
    "127.0.0.53",
    "localhost.",
  ])("lets %s in", (host) => {
    expect(ask(host)).toBe("ok");
  });

  it.each([
    ["DNS rebinding", "evil.example:8081"],
    ["a name that only begins like ours", "127.0.0.1.evil.example"],
    ["a name that only ends like ours", "evil-localhost"],
    ["credentials in the host", "localhost@evil.example"],
    ["no host", undefined],
    ["an address of the network on a loopback listener", "192.168.1.5:8081"],
    ["white space", "local host"],
  ])("refuses %s", (_name, host) => {
    expect(ask(host)).toBe("foreign-host");
  });

  it.each([
    ["a page of another site", "https://evil.example"],
    ["a sandboxed frame", "null"],
    ["a page on another local port", "http://localhost:3000"],
    ["a file", "file://"],
    ["an extension", "chrome-extension://abcdef"],
  ])("refuses %s", (_name, origin) => {
    expect(ask("localhost:8081", origin)).toBe("foreign-origin");
  });

  it("refuses a cross-site request that hides its origin", () => {
    expect(ask("localhost:8081", undefined, "cross-site")).toBe("foreign-origin");
    expect(ask("localhost:8081", undefined, "none")).toBe("ok");
  });

  it("takes its own pages and the origins that the operator allows", () => {
    expect(ask("localhost:8081", "http://localhost:8081")).toBe("ok");
    const policy = { ...loopback, allowedOrigins: new Set(["https://console.example"]) };
    expect(ask("localhost:8081", "https://Console.example", "cross-site", policy)).toBe("ok");
    expect(ask("localhost:8081", "https://console.example.evil", undefined, policy)).toBe("foreign-origin");
  });

  it("takes addresses and the operator's names when it listens beyond loopback", () => {
    const policy = { ...loopback, listensBeyondLoopback: true, allowedHosts: new Set(["gateway.team.example"]) };
    expect(ask("192.168.1.5:8081", undefined, undefined, policy)).toBe("ok");
    expect(ask("gateway.team.example", undefined, undefined, policy)).toBe("ok");
    expect(ask("evil.example", undefined, undefined, policy)).toBe("foreign-host");
  });
});
