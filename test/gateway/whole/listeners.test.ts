import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createGateway, type Gateway, type GatewayInfo } from "../../../src-gateway/index.ts";
import { loadSettings } from "../../../src-gateway/settings/load-settings.ts";

let folder = "";
let gateway: Gateway | null = null;
afterEach(async () => {
  await gateway?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string>): Promise<GatewayInfo> {
  folder = mkdtempSync(join(tmpdir(), "tokligence-listeners-"));
  const all = { TOKLIGENCE_LOG_LEVEL: "silent", ...env };
  gateway = await createGateway(
    loadSettings({ env: all, argv: { port: 0, dataDir: folder }, cwd: folder, homeDir: folder }),
    all,
  );
  return gateway.start();
}
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
const chat = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: '{"model":"loopback","messages":[{"role":"user","content":"x"}]}',
  });

describe("listeners", () => {
  it("serve only what they are for in the multi-port mode", async () => {
    const [admin, openai, anthropic, gemini] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    const info = await start({
      TOKLIGENCE_MULTIPORT_MODE: "true",
      TOKLIGENCE_ADMIN_PORT: `:${admin}`,
      TOKLIGENCE_OPENAI_PORT: String(openai),
      TOKLIGENCE_ANTHROPIC_PORT: String(anthropic),
      TOKLIGENCE_GEMINI_PORT: String(gemini),
    });
    const key = { authorization: `Bearer ${info.clientKey}` };
    const at = (port: number | undefined) => `http://127.0.0.1:${port}`;
    expect((await chat(at(openai), key)).status).toBe(200);
    expect((await chat(at(anthropic), key)).status).toBe(404);
    expect((await fetch(`${at(gemini)}/v1beta/models`, { headers: key })).status).toBe(200);
    expect((await fetch(`${at(openai)}/v1beta/models`, { headers: key })).status).toBe(404);
    expect((await fetch(`${at(admin)}/api/v1/status`, { headers: key })).status).toBe(200);
    expect((await fetch(`${at(openai)}/api/v1/status`, { headers: key })).status).toBe(404);
    for (const port of [admin, openai, anthropic, gemini]) expect((await fetch(`${at(port)}/health`)).status).toBe(200);
    expect((await chat(info.url, key)).status).toBe(200);
  });

  it("let everybody in when authentication is off, and say so", async () => {
    const info = await start({ TOKLIGENCE_AUTH_DISABLED: "true" });
    expect((await chat(info.url)).status).toBe(200);
    expect(info.notices.join()).toContain("authentication is off");
  });

  it("answer browsers of an allowed origin, and no other", async () => {
    const info = await start({ TOKLIGENCE_ALLOWED_ORIGINS: "https://console.example" });
    const preflight = (origin: string) =>
      fetch(`${info.url}/v1/chat/completions`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization, content-type",
        },
      });
    const allowed = await preflight("https://console.example");
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "https://console.example",
    ]);
    expect(allowed.headers.get("access-control-allow-headers")).toContain("authorization");
    const foreign = await preflight("https://evil.example");
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });

  it("say who they are to people, probes and load balancers", async () => {
    const info = await start({});
    expect((await fetch(info.url, { method: "HEAD" })).status).toBe(200);
    const page = await fetch(info.url, { headers: { accept: "text/html" }, redirect: "manual" });
    expect([page.status, page.headers.get("location")]).toEqual([302, "/console/"]);
    expect(await (await fetch(`${info.url}/livez`)).json()).toEqual({ status: "ok" });
    expect((await fetch(`${info.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${info.url}/health`)).json()).toMatchObject({ status: "ok", database: "sqlite" });
  });
});
