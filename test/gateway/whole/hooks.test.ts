import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GatewayEvent } from "../../../src-gateway/hooks/types.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, startRawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";
import { rootClient } from "../admin-api/admin-client.ts";
import { type FakeReceiver, startReceiver } from "../hooks/fake-receiver.ts";

const SECRET = "whsec_c2VjcmV0LW9mLXRoaXMtdGVzdC1vbmx5LTAwMQ==";
let receiver: FakeReceiver;
let folder: string;
let gateway: TestGateway | null = null;
beforeEach(async () => {
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), "tokligence-hooks-"));
});
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
  await receiver.stop();
  rmSync(folder, { recursive: true, force: true });
});

const webhook = (more: object = {}) => ({
  name: "ops",
  events: ["*"],
  webhook: receiver.url,
  secret: "env:HOOK_SECRET",
  allow_private: true,
  ...more,
});
const start = async (config: object, env: Record<string, string> = {}): Promise<TestGateway> => {
  gateway = await startTestGateway({ dataDir: folder, config, env: { HOOK_SECRET: SECRET, ...env } });
  return gateway;
};
const eventsOf = (type: string): GatewayEvent[] =>
  receiver.received.map(({ body }) => JSON.parse(body) as GatewayEvent).filter((event) => event.type === type);

describe("a gateway with a webhook", () => {
  it("tells of its start, of users and keys, and of its end", async () => {
    const open = await start({ hooks: [webhook()] });
    const admin = rootClient(open);
    const user = await admin.call("createUser", { body: { email: "ada@example.com", displayName: "Ada" } });
    const made = await admin.call("createUserKey", { params: { id: user.id }, body: { name: "laptop" } });
    await admin.call("revokeKey", { params: { id: made.key.id } });
    await admin.call("updateUser", { params: { id: user.id }, body: { status: "suspended" } });
    await until(() => eventsOf("gateway.user.updated").length === 1);
    const [provisioned] = eventsOf("gateway.user.provisioned");
    expect(Object.keys(provisioned ?? {})).toEqual([
      "id",
      "type",
      "occurred_at",
      "tenant_id",
      "user_id",
      "actor_id",
      "metadata",
    ]);
    expect(provisioned).toMatchObject({
      user_id: String(user.id),
      actor_id: expect.any(String) as unknown,
      metadata: { email: "ada@example.com", role: "gateway_user", display_name: "Ada", status: "active" },
    });
    const ofUser = receiver.types().filter((type) => /gateway\.(user|api_key)\./.test(type));
    expect(ofUser).toEqual([
      "gateway.user.provisioned",
      "gateway.api_key.issued",
      "gateway.api_key.revoked",
      "gateway.user.updated",
    ]);
    expect(eventsOf("gateway.user.updated")[0]?.metadata).toMatchObject({ status: "suspended", changed: ["status"] });
    expect(JSON.stringify(receiver.received)).not.toContain(made.token);
    await open.stop();
    gateway = null;
    expect(receiver.types()).toEqual(expect.arrayContaining(["gateway.started", "gateway.stopping"]));
  });

  it("is told once of an outage, not once for each request", async () => {
    const open = await start(
      {
        providers: [{ id: "gone", kind: "openai-compatible", base_url: "http://127.0.0.1:1/v1" }],
        routes: [{ match: "x-*", targets: ["gone"] }],
        hooks: [webhook({ events: ["gateway.request.failed", "gateway.provider.down", "gateway.error_rate.high"] })],
      },
      { TOKLIGENCE_MAX_WAIT_MS: "0", TOKLIGENCE_MAX_ATTEMPTS: "1" },
    );
    const ask = () =>
      open.post("/v1/chat/completions", { model: "x-1", messages: [{ role: "user", content: "my-prompt" }] });
    for (let n = 0; n < 22; n++) await ask();
    await until(() => eventsOf("gateway.error_rate.high").length > 0);
    const failed = eventsOf("gateway.request.failed").map(({ metadata }) => metadata);
    // Once for the provider that cannot be reached, and once for nobody being left to ask.
    expect(failed.length).toBeLessThanOrEqual(2);
    expect(failed[0]).toMatchObject({ provider: "gone", error_code: "provider_unreachable", count: 1 });
    expect(eventsOf("gateway.provider.down").length).toBeGreaterThan(0);
    expect(JSON.stringify(receiver.received)).not.toContain("my-prompt");
  });

  it("is told what is left of a provider's credit", async () => {
    const provider = await startRawProvider();
    provider.respond = json({
      id: "x",
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 850_000, completion_tokens: 0 },
    });
    const open = await start({
      providers: [{ id: "p", kind: "openai-compatible", base_url: `${provider.url}/v1`, models: ["m"] }],
      prices: [{ provider: "p", model: "m", input: "1", output: "1" }],
      budgets: [{ id: "gift", per: "provider", only: ["p"], kind: "pool", limit: 1 }],
      hooks: [webhook({ events: ["gateway.credit.*"] })],
    });
    const ask = { model: "m", max_tokens: 10, messages: [{ role: "user", content: "x" }] };
    expect((await open.post("/v1/chat/completions", ask)).status).toBe(200);
    await until(() => eventsOf("gateway.credit.low").length === 1);
    expect(eventsOf("gateway.credit.low")[0]?.metadata).toEqual({
      provider: "p",
      balance_usd: 0.15,
      threshold_usd: 0.2,
    });
    await provider.stop();
  });
});

describe("a script of the earlier gateway's settings", () => {
  it("gets users on its standard input, and no secret of the gateway", async () => {
    const script = join(folder, "hook.sh");
    const out = join(folder, "told");
    writeFileSync(script, `#!/bin/sh\necho "args=$*" >> "${out}"\nenv >> "${out}"\ncat >> "${out}"\n`);
    chmodSync(script, 0o755);
    const open = await start(
      {},
      {
        PATH: process.env["PATH"] ?? "",
        PLANTED: "planted-secret-value",
        SEEN: "seen-value",
        TOKLIGENCE_HOOKS_ENABLED: "true",
        TOKLIGENCE_HOOK_SCRIPT: script,
        TOKLIGENCE_HOOK_SCRIPT_ARGS: "--sync,now",
        TOKLIGENCE_HOOK_SCRIPT_ENV: "SEEN,TEAM=blue",
        TOKLIGENCE_HOOK_TIMEOUT: "20s",
      },
    );
    await rootClient(open).call("createUser", { body: { email: "bob@example.com" } });
    await until(() => existsSync(out) && readFileSync(out, "utf8").includes("gateway.user.provisioned"));
    const told = readFileSync(out, "utf8");
    expect(told).toContain("args=--sync now");
    expect(told).toContain("SEEN=seen-value");
    expect(told).toContain("TEAM=blue");
    expect(told).not.toContain("planted-secret-value");
    expect(told).not.toContain("TOKLIGENCE_");
    expect(told).toContain('"email":"bob@example.com"');
  });
});

describe("the admin API", () => {
  it("lists hooks and deliveries, tries one, and makes dead letters anew", async () => {
    receiver.answers.splice(0, 1, { status: 410, body: "gone away" });
    const open = await start({ hooks: [webhook({ events: ["gateway.user.*"] })] });
    const admin = rootClient(open);
    const user = await admin.call("createUser", { body: { email: "eve@example.com" } });
    await until(async () => (await admin.call("listHooks"))[0]?.state === "stopped", 5);
    const [hook] = await admin.call("listHooks");
    expect(hook).toMatchObject({ name: "ops", kind: "webhook", dead: 1, waiting: 0 });
    expect(hook?.target).toBe(`http://127.0.0.1:${receiver.port}`);
    const { items } = await admin.call("listHookDeadLetters", { query: { limit: 10 } });
    expect(items).toMatchObject([{ eventType: "gateway.user.provisioned", lastCode: 410, lastOutput: "gone away" }]);

    receiver.answers.splice(0, receiver.answers.length, { status: 200 });
    expect(await admin.call("testHook", { params: { name: "ops" } })).toMatchObject({ isDelivered: true, code: 200 });
    expect(await admin.call("replayHookDeadLetters", { body: {} })).toEqual({ replayed: 1 });
    await until(() => eventsOf("gateway.user.provisioned").length === 2);
    await until(async () => (await admin.call("listHooks"))[0]?.dead === 0, 5);
    const page = await admin.call("listHookDeliveries", { query: { limit: 1, type: "gateway.user.*" } });
    expect(page.items).toMatchObject([{ state: "delivered", attempts: 1 }]);
    const before = receiver.received.length;
    expect(await admin.call("resyncHooks", { body: {} })).toEqual({ users: 2 });
    await until(() => receiver.received.length >= before + 2);
    expect(eventsOf("gateway.user.provisioned").at(-1)?.metadata["resync"]).toBe(true);
    expect(eventsOf("gateway.user.provisioned").some(({ user_id }) => user_id === String(user.id))).toBe(true);
    await expect(admin.call("testHook", { params: { name: "other" } })).rejects.toThrow(/no hook of this name/);
  });
});
