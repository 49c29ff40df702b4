import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { cookieIn, login, newUser, rootClient, signIn } from "./admin-client.ts";

let gateways: TestGateway[] = [];
afterEach(async () => {
  for (const gateway of gateways) await gateway.stop();
  gateways = [];
});
async function start(): Promise<TestGateway> {
  const gateway = await startTestGateway();
  gateways.push(gateway);
  return gateway;
}
const whoAmI = ({ url }: TestGateway, cookie: string): Promise<Response> =>
  fetch(`${url}/api/v1/auth/me`, { headers: { cookie } });

describe("signing in", () => {
  it("with a code gives a cookie that scripts and other sites cannot use", async () => {
    const gateway = await start();
    const { code } = await rootClient(gateway).call("createCode");
    const reply = await login(gateway.url, { code });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("set-cookie")).toMatch(
      /^tokligence_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    expect(await reply.json()).toMatchObject({ email: "admin@local", role: "root_admin" });
    const me = await whoAmI(gateway, cookieIn(reply));
    expect(await me.json()).toMatchObject({ email: "admin@local" });
    expect((await login(gateway.url, { code })).status).toBe(401);
  });

  it("without a code works once on a first run, and never through a proxy", async () => {
    const gateway = await start();
    expect((await login(gateway.url, {}, { "x-forwarded-for": "203.0.113.9" })).status).toBe(401);
    expect((await login(gateway.url, {}, { forwarded: "for=203.0.113.9" })).status).toBe(401);
    expect((await login(gateway.url, { code: "guess" })).status).toBe(401);
    const first = await login(gateway.url, {});
    expect(await first.json()).toMatchObject({ role: "root_admin" });
    const second = await login(gateway.url, {});
    expect(second.status).toBe(401);
    expect(second.headers.get("set-cookie")).toBeNull();
  });

  it("without a code is over once somebody came in by a code", async () => {
    const gateway = await start();
    await signIn(gateway);
    expect((await login(gateway.url, {})).status).toBe(401);
  });

  it("anew ends the session that was there", async () => {
    const gateway = await start();
    const old = await signIn(gateway);
    const { code } = await rootClient(gateway).call("createCode");
    const reply = await login(gateway.url, { code }, { cookie: old, origin: gateway.url });
    expect(cookieIn(reply)).not.toBe(old);
    expect((await whoAmI(gateway, old)).status).toBe(401);
    expect((await whoAmI(gateway, cookieIn(reply))).status).toBe(200);
  });

  it("is refused to a suspended user, even with a code from before", async () => {
    const gateway = await start();
    const { user, token } = await newUser(gateway, "a@example.com", "gateway_admin");
    const codeOf = await fetch(`${gateway.url}/api/v1/auth/code`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: "{}",
    });
    const { code } = (await codeOf.json()) as { code: string };
    await rootClient(gateway).call("updateUser", { params: { id: user.id }, body: { status: "suspended" } });
    expect((await login(gateway.url, { code })).status).toBe(401);
  });
});

describe("a console session", () => {
  it("ends by signing out, and the browser is told to forget it", async () => {
    const gateway = await start();
    const cookie = await signIn(gateway);
    const reply = await fetch(`${gateway.url}/api/v1/auth/logout`, {
      method: "POST",
      headers: { cookie, origin: gateway.url, "content-type": "application/json" },
      body: "{}",
    });
    expect(reply.headers.get("set-cookie")).toContain(
      "tokligence_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
    );
    expect((await whoAmI(gateway, cookie)).status).toBe(401);
  });

  it("ends when its user is suspended, and stays ended when the user is let in again", async () => {
    const gateway = await start();
    const { user, token } = await newUser(gateway, "a@example.com", "gateway_admin");
    const cookie = await signIn(gateway, token);
    expect((await whoAmI(gateway, cookie)).status).toBe(200);
    const root = rootClient(gateway);
    await root.call("updateUser", { params: { id: user.id }, body: { status: "suspended" } });
    expect((await whoAmI(gateway, cookie)).status).toBe(401);
    await root.call("updateUser", { params: { id: user.id }, body: { status: "active" } });
    expect((await whoAmI(gateway, cookie)).status).toBe(401);
  });

  it("may not suspend its own user, or the last root administrator", async () => {
    const gateway = await start();
    const root = rootClient(gateway);
    const me = await root.call("whoAmI");
    const refused = root.call("updateUser", { params: { id: me.id }, body: { status: "suspended" } });
    await expect(refused).rejects.toMatchObject({ status: 409, code: "conflict" });
  });
});
