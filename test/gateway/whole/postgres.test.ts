import { afterEach, expect, it } from "vitest";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

describeOnPostgres("a gateway", (_database, server) => {
  let running: TestGateway[] = [];
  afterEach(async () => {
    for (const gateway of running) await gateway.stop();
    running = [];
  });
  const start = async (ledgerUrl: string, secret = "shared-secret-of-all-the-replicas-here"): Promise<TestGateway> => {
    const gateway = await startTestGateway({ ledgerUrl, env: { TOKLIGENCE_AUTH_SECRET: secret } });
    running.push(gateway);
    return gateway;
  };
  const ask = (gateway: TestGateway, key: string, session: string) =>
    gateway.post(
      "/v1/chat/completions",
      { model: "loopback", stream: true, messages: [{ role: "user", content: session }] },
      { authorization: `Bearer ${key}`, "x-tokligence-session": session },
    );

  it("serves, records and reports like one on SQLite", async () => {
    const gateway = await start(await server.url("whole"));
    await (await ask(gateway, gateway.key, "one")).text();
    const [record] = await gateway.exchanges(1);
    expect(record).toMatchObject({ outcome: "completed", session: "one", usageSource: "provider" });
    const health = await fetch(`${gateway.url}/health`);
    expect(await health.json()).toMatchObject({ status: "ok", database: "postgres" });
    const usage = await fetch(`${gateway.url}/api/v1/usage/breakdown?groupBy=day`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    expect(await usage.json()).toMatchObject([{ requests: 1, failures: 0, usage: { inputUncached: 1, output: 1 } }]);
  });

  it("shares users, keys and records among replicas, whose requests never collide", async () => {
    const url = await server.url("replicas");
    const first = await start(url);
    const second = await start(url);
    const { key } = first;
    const sessions = Array.from({ length: 200 }, (_, n) => `s${n}`);
    const replies = await Promise.all(sessions.map((session, n) => ask(n % 2 === 0 ? first : second, key, session)));
    expect(replies.map((reply) => reply.status)).toEqual(sessions.map(() => 200));
    await Promise.all(replies.map((reply) => reply.text()));
    const list = await first.exchanges(200);
    expect(new Set(list.map((exchange) => exchange.session)).size).toBe(200);
    expect(new Set(list.map((exchange) => exchange.id)).size).toBe(200);
  });

  it("does not start with a secret that makes every key unknown, and says so", async () => {
    const url = await server.url("secret");
    await start(url);
    await expect(start(url, "another-secret-than-that-of-the-first-one")).rejects.toThrow(
      "made with another auth_secret",
    );
  });

  it("hears within seconds that another replica revoked a key", async () => {
    const url = await server.url("revoked");
    const first = await start(url);
    const second = await start(url);
    const admin = { "content-type": "application/json", authorization: `Bearer ${first.key}` };
    const made = await fetch(`${first.url}/api/v1/admin/users/1/api-keys`, {
      method: "POST",
      headers: admin,
      body: '{"name":"short"}',
    });
    const { key, token } = (await made.json()) as { key: { id: number }; token: string };
    await expect.poll(async () => (await ask(second, token, "x")).status, { timeout: 10_000 }).toBe(200);
    await fetch(`${first.url}/api/v1/admin/api-keys/${key.id}`, { method: "DELETE", headers: admin });
    expect((await ask(first, token, "x")).status).toBe(401);
    await expect.poll(async () => (await ask(second, token, "x")).status, { timeout: 10_000 }).toBe(401);
  });
});
