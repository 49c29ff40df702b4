import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { createBrowser, OIDC_CLIENT, type OidcServer, signInAt, startOidcServer } from "../../support/oidc-provider.ts";
import { until } from "../../support/until.ts";
import { ask, newUser, rootClient } from "../admin-api/admin-client.ts";

let endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});

interface World {
  gateway: TestGateway;
  oidc: OidcServer;
  log(): string;
  /** A browser that has gone to the provider as somebody, and what it brings back. */
  visit(person: string, change?: (url: URL) => void): Promise<Visit>;
  /** All the way: the console's address that it ends at, and its cookies. */
  enter(person: string): Promise<{ mark: string; cookie: string }>;
}

interface Visit {
  callback: string;
  cookie: string;
}

async function start(
  more: object = {},
  options: { codeSeconds?: number; env?: Record<string, string> } = {},
): Promise<World> {
  const oidc = await startOidcServer(["company"]);
  endings.push(() => oidc.stop());
  const folder = mkdtempSync(join(tmpdir(), "tokligence-oidc-"));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  const logFile = join(folder, "gateway.log");
  const entry = {
    id: "company",
    name: "The Company",
    issuer: oidc.issuer,
    client_id: OIDC_CLIENT.id,
    client_secret: "env:COMPANY_SECRET",
    ...more,
  };
  const gateway = await startTestGateway({
    config: { sign_in: { oidc: [entry] } },
    env: {
      COMPANY_SECRET: OIDC_CLIENT.secret,
      TOKLIGENCE_LOG_LEVEL: "info",
      TOKLIGENCE_LOG_FILE: logFile,
      ...options.env,
    },
  });
  endings.push(() => gateway.stop());
  oidc.serve(gateway.url, options);
  const browse = async (person: string, change: (url: URL) => void = () => {}) => {
    const browser = createBrowser();
    const begun = await begin(gateway);
    browser.take(gateway.url, begun);
    const { url } = (await begun.json()) as { url: string };
    const changed = new URL(url);
    change(changed);
    const callback = await signInAt(browser, oidc.issuer, changed.href, person);
    return { browser, callback };
  };
  return {
    gateway,
    oidc,
    log: () => readFileSync(logFile, "utf8"),
    async visit(person, change) {
      const { browser, callback } = await browse(person, change);
      return { callback, cookie: browser.cookies(gateway.url) };
    },
    async enter(person) {
      const { browser, callback } = await browse(person);
      const { url } = await browser.go(callback, []);
      return { mark: new URL(url).hash, cookie: browser.cookies(gateway.url) };
    },
  };
}

const begin = ({ url }: TestGateway, id = "company"): Promise<Response> =>
  fetch(`${url}/api/v1/auth/oidc/${id}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
/** As browsers go there from another site; `fetch` would name itself a call of a page. */
const bring = (callback: string, cookie: string): Promise<{ status: number; location: string; cookies: string[] }> =>
  new Promise((resolve, reject) => {
    const visit = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    http
      .get(callback, { headers: { cookie, ...visit } }, (reply) => {
        reply.resume();
        const { location = "", "set-cookie": cookies = [] } = reply.headers;
        resolve({ status: reply.statusCode ?? 0, location, cookies });
      })
      .on("error", reject);
  });
const me = async ({ url }: TestGateway, cookie: string) => {
  const reply = await fetch(`${url}/api/v1/auth/me`, { headers: { cookie } });
  return (await reply.json()) as { email?: string; role?: string; displayName?: string };
};
const failureOf = ({ location }: { location: string }): string => /#sign-in-failed=(\w+)$/.exec(location)?.[1] ?? "";
const ADA = { email: "ada@example.com", email_verified: true, name: "Ada" };

describe("signing in at an OIDC provider", () => {
  it("brings a user in whose address it has verified, and knows them by their subject from then on", async () => {
    const world = await start();
    const { gateway, oidc } = world;
    await newUser(gateway, "ada@example.com", "gateway_user");
    oidc.people.set("ada", ADA);
    const methods = await (await fetch(`${gateway.url}/api/v1/auth/methods`)).json();
    expect(methods).toMatchObject({ oidc: [{ id: "company", name: "The Company" }] });
    const { mark, cookie } = await world.enter("ada");
    expect(mark).toBe("");
    expect(await me(gateway, cookie)).toMatchObject({ email: "ada@example.com", displayName: "ada@example.com" });
    const sessions = await fetch(`${gateway.url}/api/v1/auth/sessions`, { headers: { cookie } });
    expect(await sessions.json()).toMatchObject([{ method: "oidc", provider: "company", isCurrent: true }]);
    // Another address there, the same person.
    oidc.people.set("ada", { email: "countess@example.com", email_verified: false });
    expect(await me(gateway, (await world.enter("ada")).cookie)).toMatchObject({ email: "ada@example.com" });
  });

  it("shows PKCE, state, nonce and the address to come back to, and a cookie that comes back from another site", async () => {
    const { gateway } = await start();
    const begun = await begin(gateway);
    const { url } = (await begun.json()) as { url: string };
    const { searchParams } = new URL(url);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("redirect_uri")).toBe(`${gateway.url}/api/v1/auth/oidc/company/callback`);
    for (const name of ["state", "nonce", "code_challenge"]) expect(searchParams.get(name)?.length).toBeGreaterThan(40);
    const cookie = begun.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^tokligence_oidc=[\w-]+; Path=\/api\/v1\/auth\/oidc; HttpOnly; SameSite=Lax; Max-Age=600$/);
    for (const name of ["state", "nonce"]) expect(cookie).not.toContain(searchParams.get(name));
  });

  it("is over after its way back: the answer leads into the console, with a strict cookie", async () => {
    const { gateway, oidc, visit } = await start();
    await newUser(gateway, "ada@example.com", "gateway_user");
    oidc.people.set("ada", ADA);
    const { callback, cookie } = await visit("ada");
    const reply = await bring(callback, cookie);
    expect([reply.status, reply.location]).toEqual([303, "/console/"]);
    const [gone, session] = reply.cookies;
    expect(gone).toContain("tokligence_oidc=; ");
    expect(session).toMatch(/^tokligence_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    // The same once more is refused by the provider, which knows the code as used.
    expect(failureOf(await bring(callback, cookie))).toBe("refused");
  });

  it("does not work for another browser, with another state or nonce, or without a sign-in that was begun here", async () => {
    const { gateway, oidc, visit, log } = await start();
    await newUser(gateway, "ada@example.com", "gateway_user");
    oidc.people.set("ada", ADA);
    const { callback, cookie } = await visit("ada");
    expect(failureOf(await bring(callback, ""))).toBe("state");
    expect(failureOf(await bring(callback, "tokligence_oidc=made-up"))).toBe("state");
    const [other = ""] = ((await begin(gateway)).headers.get("set-cookie") ?? "").split(";");
    expect(failureOf(await bring(callback, other))).toBe("refused");
    const wrong = new URL(callback);
    wrong.searchParams.set("state", "x".repeat(43));
    expect(failureOf(await bring(wrong.href, cookie))).toBe("refused");
    const planted = await visit("ada", (url) => url.searchParams.set("nonce", "planted-by-somebody-else"));
    expect(failureOf(await bring(planted.callback, planted.cookie))).toBe("refused");
    expect((await begin(gateway, "nobody")).status).toBe(404);
    expect(log()).toContain("a sign-in by OIDC failed");
    for (const secret of [OIDC_CLIENT.secret, new URL(callback).searchParams.get("code")])
      expect(log()).not.toContain(secret);
  });

  it("does not work with a code that is too old", async () => {
    const { gateway, oidc, visit } = await start({}, { codeSeconds: 1 });
    await newUser(gateway, "ada@example.com", "gateway_user");
    oidc.people.set("ada", ADA);
    const { callback, cookie } = await visit("ada");
    const oldMs = Date.now() + 2_100;
    await until(() => Date.now() > oldMs, 50);
    expect(failureOf(await bring(callback, cookie))).toBe("refused");
  });

  it.each([
    ["unverified", "an address that was not verified", { email: "ada@example.com", email_verified: false }],
    ["unverified", "no word about the address", { email: "ada@example.com" }],
    ["unverified", "no address", {}],
    ["unknown_user", "an address that nobody has", { email: "nobody@example.com", email_verified: true }],
    ["suspended", "a suspended user", { email: "gone@example.com", email_verified: true }],
  ])("says %s of %s", async (failure, _what, claims) => {
    const world = await start();
    await newUser(world.gateway, "ada@example.com", "gateway_user");
    const { user } = await newUser(world.gateway, "gone@example.com", "gateway_user");
    await rootClient(world.gateway).call("updateUser", { params: { id: user.id }, body: { status: "suspended" } });
    world.oidc.people.set("ada", claims);
    const { mark, cookie } = await world.enter("ada");
    expect(mark).toBe(`#sign-in-failed=${failure}`);
    expect(cookie).not.toContain("tokligence_session");
  });

  it("does not give an address's account to another person who was given the address", async () => {
    const world = await start();
    await newUser(world.gateway, "ada@example.com", "gateway_user");
    world.oidc.people.set("ada", ADA);
    world.oidc.people.set("successor", ADA);
    expect((await world.enter("ada")).mark).toBe("");
    expect((await world.enter("successor")).mark).toBe("#sign-in-failed=conflict");
  });

  it("takes an issuer's word for addresses where the operator does", async () => {
    const world = await start({ trust_email: true });
    await newUser(world.gateway, "ada@example.com", "gateway_user");
    world.oidc.people.set("ada", { email: "ada@example.com" });
    expect((await world.enter("ada")).mark).toBe("");
  });

  it("makes users of the domains that may come, with the role and the teams of their groups", async () => {
    const world = await start({
      provision: { domains: ["example.com"], role: "gateway_user" },
      roles: { claim: "groups", map: { "gateway-admins": "gateway_admin" } },
      teams: { claim: "groups", map: { research: "Research", unknown: "No such team" } },
    });
    const root = rootClient(world.gateway);
    await root.call("createTeam", { body: { name: "Research" } });
    world.oidc.people.set("ada", { ...ADA, groups: ["research", "unknown", "gateway-admins"] });
    world.oidc.people.set("eve", { email: "eve@evil.example", email_verified: true });
    const ada = await me(world.gateway, (await world.enter("ada")).cookie);
    expect(ada).toMatchObject({ email: "ada@example.com", role: "gateway_admin", displayName: "Ada" });
    const {
      items: [team],
    } = await root.call("listTeams");
    const members = await root.call("listTeamMembers", { params: { id: team!.id } });
    expect(members.map(({ email }) => email)).toEqual(["ada@example.com"]);
    expect((await world.enter("eve")).mark).toBe("#sign-in-failed=unknown_user");
    // Out of the group: an ordinary user again, at once.
    world.oidc.people.set("ada", { ...ADA, groups: [] });
    expect(await me(world.gateway, (await world.enter("ada")).cookie)).toMatchObject({ role: "gateway_user" });
  });

  it("leaves the root administrator what they are", async () => {
    const world = await start(
      { roles: { claim: "groups", map: { none: "gateway_user" } } },
      { env: { TOKLIGENCE_ADMIN_EMAIL: "root@example.com" } },
    );
    world.oidc.people.set("root", { email: "root@example.com", email_verified: true, groups: ["none"] });
    expect(await me(world.gateway, (await world.enter("root")).cookie)).toMatchObject({ role: "root_admin" });
  });

  it("ends at the provider, too, when somebody signs out", async () => {
    const world = await start();
    const { gateway, oidc } = world;
    await newUser(gateway, "ada@example.com", "gateway_user");
    oidc.people.set("ada", ADA);
    const out = async (cookie: string): Promise<string | null> => {
      const reply = await fetch(`${gateway.url}/api/v1/auth/logout`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json" },
        body: "{}",
      });
      return ((await reply.json()) as { logoutUrl: string | null }).logoutUrl;
    };
    const { cookie } = await world.enter("ada");
    const logout = new URL((await out(cookie)) ?? "");
    expect(logout.href.startsWith(`${oidc.issuer}/session/end`)).toBe(true);
    expect(logout.searchParams.get("post_logout_redirect_uri")).toBe(`${gateway.url}/console/`);
    expect(logout.searchParams.get("id_token_hint")).toMatch(/^eyJ/);
    const page = await fetch(logout);
    expect([page.status, (await page.text()).includes("/session/end/confirm")]).toEqual([200, true]);
    expect((await me(gateway, cookie)).email).toBeUndefined();
    expect(await out(cookie)).toBeNull();
  });

  it("says so when the provider does not answer, and works as soon as it does", async () => {
    const { gateway, oidc } = await start();
    await oidc.stop();
    const refused = await begin(gateway);
    expect(refused.status).toBe(502);
    expect(await refused.json()).toMatchObject({ error: { code: "provider_unreachable" } });
  });
});

describe("an ID token", () => {
  it("is good in place of a client key where its issuer is configured, for requests to models only", async () => {
    const world = await start();
    const { gateway, oidc } = world;
    await newUser(gateway, "ada@example.com", "gateway_admin");
    oidc.people.set("ada", ADA);
    const { cookie } = await world.enter("ada");
    const out = await fetch(`${gateway.url}/api/v1/auth/logout`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: "{}",
    });
    const { logoutUrl } = (await out.json()) as { logoutUrl: string };
    const token = new URL(logoutUrl).searchParams.get("id_token_hint") ?? "";
    expect((await ask(gateway, token)).status).toBe(401);

    const tokens = [{ issuer: oidc.issuer, audience: OIDC_CLIENT.id }];
    writeFileSync(gateway.configFile, JSON.stringify({ sign_in: { tokens } }));
    await rootClient(gateway).call("reloadConfig");
    await until(async () => (await ask(gateway, token)).status === 200, 20);
    const [exchange] = await gateway.exchanges(1, ({ outcome }) => outcome === "completed");
    expect(exchange).toMatchObject({ userId: 2, apiKeyId: null });
    const admin = await fetch(`${gateway.url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    expect(admin.status).toBe(401);
    await rootClient(gateway).call("updateUser", { params: { id: 2 }, body: { status: "suspended" } });
    await until(async () => (await ask(gateway, token)).status === 403, 20);
  });
});
