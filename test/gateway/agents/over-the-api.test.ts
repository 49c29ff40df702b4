import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { ENDPOINTS } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { controlSocketPath } from "../../../src-gateway/admin-api/control-socket.ts";
import { createTransport } from "../../../src-gateway/cli/transport.ts";
import { createGateway, type Gateway, type GatewayInfo } from "../../../src-gateway/index.ts";
import { loadSettings } from "../../../src-gateway/settings/load-settings.ts";

let home: string;
let oldHome: string | undefined;
const started: Gateway[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tokligence-home-"));
  oldHome = process.env["HOME"];
  // Where the gateway of this process looks for agents.
  process.env["HOME"] = home;
});
afterEach(async () => {
  for (const gateway of started.splice(0)) await gateway.stop();
  process.env["HOME"] = oldHome;
  rmSync(home, { recursive: true, force: true });
});

async function start(host?: { isDesktop: boolean }): Promise<GatewayInfo & { key: string }> {
  const env = { TOKLIGENCE_LOG_LEVEL: "silent" };
  const dataDir = join(home, "data");
  const settings = loadSettings({ env, argv: { port: 0, dataDir }, cwd: home, homeDir: home });
  const gateway = await createGateway(settings, env, host);
  started.push(gateway);
  const info = await gateway.start();
  return { ...info, key: info.clientKey ?? "" };
}

async function ask(
  url: string,
  key: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const isList = path === "";
  const reply = await fetch(`${url}/api/v1/agents${path}`, {
    method: isList ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}`, ...(isList ? {} : { "content-type": "application/json" }), ...headers },
    ...(isList ? {} : { body: "{}" }),
  });
  return { status: reply.status, text: await reply.text() };
}

const PATHS = ["", "/claude-code/plan", "/claude-code/connect", "/claude-code/repair", "/claude-code/disconnect"];

describe("the endpoints for agents", () => {
  it("refuse everybody who asks a gateway over the network, and write nothing", async () => {
    const { url, key } = await start();
    mkdirSync(join(home, ".claude"));
    writeFileSync(join(home, ".claude/settings.json"), "{}");
    for (const path of PATHS) {
      const { status, text } = await ask(url, key, path);
      expect(status, `of ${path}`).toBe(403);
      expect(text).toContain("gateway connect");
    }
    expect(readFileSync(join(home, ".claude/settings.json"), "utf8")).toBe("{}");
  });

  it("answer the operator over the control socket", async () => {
    const { dataDir, url, key } = await start();
    const file = join(home, ".claude/settings.json");
    mkdirSync(join(home, ".claude"));
    writeFileSync(file, '{ "theme": "dark" }');
    const client = createAdminClient(createTransport({ socketPath: controlSocketPath(dataDir) }), ENDPOINTS);
    const params = { id: "claude-code" };
    expect((await client.call("listAgents")).find(({ id }) => id === "claude-code")).toMatchObject({
      state: "available",
    });
    const plan = await client.call("planAgent", { params, body: {} });
    expect(plan.files[0]?.diff).toContain(`+  "ANTHROPIC_BASE_URL": "${url}"`);
    expect(readFileSync(file, "utf8")).toBe('{ "theme": "dark" }');
    const { agent } = await client.call("connectAgent", { params, body: { model: "some-model" } });
    expect(agent).toMatchObject({ state: "connected", baseUrl: url, model: "some-model", files: [file] });
    const written = JSON.parse(readFileSync(file, "utf8")) as { env: Record<string, string> };
    expect(written.env).toMatchObject({ ANTHROPIC_BASE_URL: url, ANTHROPIC_MODEL: "some-model" });

    // The agent's key asks models, and administers nothing, though it is a root administrator's.
    const token = written.env["ANTHROPIC_AUTH_TOKEN"] ?? "";
    const asked = await fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "user-agent": "ai-sdk/anthropic/4.0.42",
      },
      body: JSON.stringify({ model: "loopback", max_tokens: 5, messages: [{ role: "user", content: "hi" }] }),
    });
    expect(asked.status).toBe(200);
    await asked.text();
    expect((await fetch(`${url}/api/v1/admin/users`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      403,
    );
    let [found] = await client.call("listAgents");
    while (found?.lastRequestAtUs === null) [found] = await client.call("listAgents");
    expect(found).toMatchObject({ id: "claude-code", state: "verified" });
    const [exchange] = await client.call("listExchanges", { query: { apiKeyId: agent.apiKeyId ?? 0 } });
    expect(exchange?.agent).toBe("claude-code");

    writeFileSync(file, readFileSync(file, "utf8").replace(url, "http://elsewhere"));
    expect((await client.call("listAgents"))[0]).toMatchObject({ state: "drifted" });
    const repaired = await client.call("repairAgent", { params });
    expect(repaired.agent).toMatchObject({ state: "verified", apiKeyId: agent.apiKeyId, model: "some-model" });
    const gone = await client.call("disconnectAgent", { params, body: {} });
    expect(gone).toMatchObject({ agent: { state: "available" }, revokedKeyId: agent.apiKeyId });
    const after = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
    expect(after.status).toBe(401);
    expect((await ask(url, key, "")).status).toBe(403);
    await expect(client.call("disconnectAgent", { params, body: {} })).rejects.toThrow("not connected");
    await expect(client.call("connectAgent", { params: { id: "nobody" }, body: {} })).rejects.toThrow(
      'no agent "nobody"',
    );
  });

  it("answer the desktop app's window, and nobody who comes through a proxy or under another name", async () => {
    const { url, key } = await start({ isDesktop: true });
    expect((await ask(url, key, "")).status).toBe(200);
    expect((await ask(url, key, "/claude-code/plan")).status).toBe(200);
    for (const headers of [
      { "x-forwarded-for": "203.0.113.9" },
      { forwarded: "for=203.0.113.9" },
      { via: "1.1 proxy" },
      { "x-real-ip": "203.0.113.9" },
    ]) {
      expect((await ask(url, key, "/claude-code/connect", headers)).status).toBe(403);
    }
    const client = createAdminClient(createTransport({ url, key }), ENDPOINTS);
    const user = await client.call("createUser", { body: { email: "admin@example.com", role: "gateway_admin" } });
    const { token } = await client.call("createUserKey", { params: { id: user.id }, body: { name: "k" } });
    expect((await ask(url, token, "")).status).toBe(403);
    const agentKey = await client.call("createUserKey", {
      params: { id: 1 },
      body: { name: "k", scopes: ["agent:codex", "admin:none"] },
    });
    expect((await ask(url, agentKey.token, "")).status).toBe(403);
  });
});
