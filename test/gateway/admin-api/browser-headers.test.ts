import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

const ALLOWED = "https://tools.example";

let plain: TestGateway;
let secure: TestGateway;
beforeAll(async () => {
  plain = await startTestGateway({ env: { TOKLIGENCE_ALLOWED_ORIGINS: ALLOWED } });
  secure = await startTestGateway({ env: { TOKLIGENCE_PUBLIC_URL: "https://gateway.example" } });
});
afterAll(() => Promise.all([plain.stop(), secure.stop()]));

const headersOf = async (gateway: TestGateway, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(gateway.url + path, { redirect: "manual", ...init });

describe("what browsers are told of an answer", () => {
  it.each([
    "/api/v1/status",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/api/docs",
    "/console/",
  ])("of %s: load nothing from elsewhere, show it in no frame, guess no type", async (path) => {
    const { headers } = await headersOf(plain, path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/default-src '(?:none|self)'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|\*|https?:/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")?.toUpperCase()).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-powered-by")).toBeNull();
  });

  it("to come by https alone, only where the gateway has such an address", async () => {
    expect((await headersOf(plain, "/api/v1/status")).headers.get("strict-transport-security")).toBeNull();
    expect((await headersOf(secure, "/api/v1/status")).headers.get("strict-transport-security")).toBe(
      "max-age=31536000",
    );
  });
});

describe("a page of another origin", () => {
  const preflight = (origin: string): Promise<Response> =>
    headersOf(plain, "/api/v1/admin/users", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization, content-type, idempotency-key, if-match",
      },
    });

  it("may ask if its origin is on the list, with a key and never with the session", async () => {
    const answer = await preflight(ALLOWED);
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe(ALLOWED);
    expect(answer.headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(answer.headers.get("access-control-allow-headers")).toContain("idempotency-key");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    const list = await headersOf(plain, "/api/v1/admin/users", {
      headers: { origin: ALLOWED, authorization: `Bearer ${plain.key}` },
    });
    expect([list.status, list.headers.get("access-control-allow-origin")]).toEqual([200, ALLOWED]);
    expect(list.headers.get("vary")?.toLowerCase()).toContain("origin");
  });

  it.each([
    "https://evil.example",
    "https://tools.example.evil.example",
    "http://tools.example",
    "null",
  ])("is refused when it is %s", async (origin) => {
    const answer = await preflight(origin);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    const list = await headersOf(plain, "/api/v1/admin/users", {
      headers: { origin, authorization: `Bearer ${plain.key}` },
    });
    expect(list.status).toBe(403);
  });
});
