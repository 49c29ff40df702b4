import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createAdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { ENDPOINTS } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { clientAs, cookieIn, login, newUser, rootClient, signIn, transportOver } from "./admin-client.ts";

let endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});
async function start(options: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startTestGateway(options);
  endings.push(() => gateway.stop());
  return gateway;
}
const as = ({ url }: { url: string }, cookie: string) =>
  createAdminClient(transportOver(url, { cookie, origin: url }), ENDPOINTS);
const statusOf = async ({ url }: { url: string }, cookie: string): Promise<number> =>
  (await fetch(`${url}/api/v1/auth/me`, { headers: { cookie } })).status;

describe("one's own sessions", () => {
  it("can be seen and ended, one by one or all others", async () => {
    const gateway = await start();
    const [first, second, third] = [await signIn(gateway), await signIn(gateway), await signIn(gateway)];
    const me = as(gateway, third);
    const list = await me.call("listSessions");
    expect(list.map(({ isCurrent }) => isCurrent)).toEqual([true, false, false]);
    expect(list[0]).toMatchObject({ method: "link", provider: null, address: "127.0.0.1", userAgent: "node" });
    await me.call("endSession", { params: { id: list[2]!.id } });
    expect(await statusOf(gateway, first)).toBe(401);
    expect(await me.call("endOtherSessions")).toEqual({ ended: 1 });
    expect(await statusOf(gateway, second)).toBe(401);
    expect(await statusOf(gateway, third)).toBe(200);
    await expect(me.call("endSession", { params: { id: list[2]!.id } })).rejects.toMatchObject({ status: 404 });
  });

  it("are nobody else's, except that administrators end those of a user", async () => {
    const gateway = await start();
    const user = await newUser(gateway, "ada@example.com", "gateway_user");
    const admin = await newUser(gateway, "boss@example.com", "gateway_admin");
    const { code } = await clientAs(gateway, gateway.key).call("createCode");
    const root = cookieIn(await login(gateway.url, { code }));
    const [session] = await as(gateway, root).call("listSessions");
    const asUser = clientAs(gateway, user.token);
    await expect(asUser.call("endSession", { params: { id: session!.id } })).rejects.toMatchObject({ status: 404 });
    await expect(asUser.call("endUserSessions", { params: { id: user.user.id } })).rejects.toMatchObject({
      status: 403,
    });
    const asAdmin = clientAs(gateway, admin.token);
    const boss = await signIn(gateway, admin.token);
    const me = await rootClient(gateway).call("whoAmI");
    for (const name of ["listUserSessions", "endUserSessions"] as const)
      await expect(asAdmin.call(name, { params: { id: me.id } })).rejects.toMatchObject({ status: 403 });
    expect(await rootClient(gateway).call("listUserSessions", { params: { id: admin.user.id } })).toHaveLength(1);
    expect(await rootClient(gateway).call("endUserSessions", { params: { id: admin.user.id } })).toEqual({ ended: 1 });
    expect(await statusOf(gateway, boss)).toBe(401);
  });
});

describe("a session", () => {
  it("survives a restart of the gateway", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tokligence-restart-"));
    endings.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const before = await startTestGateway({ dataDir });
    const cookie = await signIn(before);
    await before.stop();
    const after = await start({ dataDir });
    expect(await statusOf(after, cookie)).toBe(200);
    // A first run is over once somebody was in, even before the next start.
    expect((await login(after.url, {})).status).toBe(401);
  });

  it("ends with a suspension that nobody saw, and does not come back with the user", async () => {
    const gateway = await start();
    const { user, token } = await newUser(gateway, "ada@example.com", "gateway_admin");
    const cookie = await signIn(gateway, token);
    const root = rootClient(gateway);
    await root.call("updateUser", { params: { id: user.id }, body: { status: "suspended" } });
    await root.call("updateUser", { params: { id: user.id }, body: { status: "active" } });
    expect(await statusOf(gateway, cookie)).toBe(401);
  });

  it("has the rights that its user has now", async () => {
    const gateway = await start();
    const { user, token } = await newUser(gateway, "ada@example.com", "gateway_admin");
    const me = as(gateway, await signIn(gateway, token));
    await me.call("listProviders");
    await rootClient(gateway).call("updateUser", { params: { id: user.id }, body: { role: "gateway_user" } });
    await expect(me.call("listProviders")).rejects.toMatchObject({ status: 403 });
  });
});

describe("a page of another origin", () => {
  const CHANGES = [
    ["POST", "/auth/login"],
    ["POST", "/auth/verify"],
    ["POST", "/auth/logout"],
    ["POST", "/auth/code"],
    ["POST", "/auth/oidc/company"],
    ["POST", "/auth/sessions/end-others"],
    ["DELETE", "/auth/sessions/1"],
    ["DELETE", "/admin/users/1/sessions"],
  ] as const;

  it.each(CHANGES)("cannot have anybody's browser %s %s", async (method, path) => {
    const gateway = await start({ env: { TOKLIGENCE_ALLOWED_ORIGINS: "https://allowed.example" } });
    const cookie = await signIn(gateway);
    const { port } = new URL(gateway.url);
    const send = (headers: Record<string, string>): Promise<Response> => {
      const request: RequestInit = { method, headers: { cookie, ...headers }, body: "{}" };
      return fetch(`${gateway.url}/api/v1${path}`, request);
    };
    const attempts = {
      foreign: { origin: "https://evil.example" },
      sandboxed: { origin: "null" },
      // It may ask for answers of models, but not use the cookie of whoever looks at it.
      allowed: { origin: "https://allowed.example" },
      "of another port": { origin: `http://127.0.0.1:${Number(port) + 1}` },
      "of another name": { origin: `http://localhost.evil.example:${port}` },
      "of another name of this host": { origin: `http://localhost:${port}` },
    };
    for (const [name, headers] of Object.entries(attempts)) {
      const reply = await send({ "content-type": "application/json", ...headers });
      expect([name, reply.status, reply.headers.get("set-cookie")]).toEqual([name, 403, null]);
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const reply = await send({ "content-type": type });
      expect([type, [403, 415].includes(reply.status)]).toEqual([type, true]);
    }
    expect(await statusOf(gateway, cookie)).toBe(200);
  });
});

describe("behind a proxy", () => {
  const forwarded = {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "gateway.example",
  };
  const enter = async (gateway: TestGateway, headers: Record<string, string>): Promise<string> => {
    const { code } = await rootClient(gateway).call("createCode");
    return (await login(gateway.url, { code }, headers)).headers.get("set-cookie") ?? "";
  };
  const addressOf = async (gateway: TestGateway, cookie: string): Promise<string | null | undefined> =>
    (await as(gateway, cookie.split(";")[0]!).call("listSessions"))[0]?.address;

  it("that is trusted, addresses, protocol and host are those that it says", async () => {
    const gateway = await start({
      env: { TOKLIGENCE_TRUSTED_PROXIES: "127.0.0.0/8", TOKLIGENCE_ALLOWED_HOSTS: "gateway.example" },
    });
    const cookie = await enter(gateway, { ...forwarded, origin: "https://gateway.example" });
    expect(cookie).toContain("; Secure");
    expect(await addressOf(gateway, cookie)).toBe("203.0.113.9");
    const unknown = await login(gateway.url, { code: "x" }, { ...forwarded, "x-forwarded-host": "evil.example" });
    expect(unknown.status).toBe(403);
  });

  it("that is not trusted, they are those of the connection", async () => {
    const gateway = await start();
    const cookie = await enter(gateway, forwarded);
    expect(cookie).not.toContain("Secure");
    expect(await addressOf(gateway, cookie)).toBe("127.0.0.1");
  });

  it("guesses are counted by the address that a trusted proxy says, and none can be made up", async () => {
    const gateway = await start({ env: { TOKLIGENCE_TRUSTED_PROXIES: "127.0.0.1" } });
    const guess = (n: number, address: string): Promise<Response> =>
      login(gateway.url, { code: `guess-${n}` }, { "x-forwarded-for": address });
    for (let n = 0; n < 10; n++) expect((await guess(n, `1.1.1.${n}, 203.0.113.9`)).status).toBe(401);
    const refused = await guess(10, "2.2.2.2, 203.0.113.9");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await guess(11, "203.0.113.10")).status).toBe(401);
  });

  it("with a public address, its name is one of the gateway's own", async () => {
    const gateway = await start({ env: { TOKLIGENCE_PUBLIC_URL: "https://gateway.example" } });
    expect(gateway.consoleUrl).toBe("https://gateway.example/console/");
    expect(await enter(gateway, { origin: "https://gateway.example" })).toContain("; Secure");
  });
});

describe("a visit from another site", () => {
  const visit = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" };

  it("comes to pages of the console, and to nothing else", async () => {
    const { checkOrigin } = await import("../../../src-gateway/server/origin-guard.ts");
    const policy = { allowedHosts: new Set<string>(), allowedOrigins: new Set<string>(), listensBeyondLoopback: false };
    const facts = { host: "127.0.0.1:8081", origin: undefined, fetchSite: "cross-site" };
    expect(checkOrigin(facts, policy)).toBe("foreign-origin");
    expect(checkOrigin({ ...facts, isVisit: true }, policy)).toBe("ok");
    expect(checkOrigin({ ...facts, isVisit: true, host: "evil.example" }, policy)).toBe("foreign-host");
    expect(checkOrigin({ ...facts, isVisit: true, origin: "https://evil.example" }, policy)).toBe("foreign-origin");
    const gateway = await start();
    // `fetch` says of itself that it is no visit, whatever the headers are.
    for (const path of ["/console/", "/api/v1/auth/me", "/v1/models"])
      expect((await fetch(gateway.url + path, { headers: visit })).status).toBe(403);
  });
});
