/** What an answer and the log say about a request, and who may read the metrics. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "gateway-observed-"));
const logFile = join(folder, "gateway.log");
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
let provider: ScriptedProvider;
let gateway: TestGateway;
let quiet: TestGateway;

const configOf = () => ({
  providers: [
    {
      id: "fake",
      kind: "openai-compatible",
      base_url: provider.baseUrl("openai-chat"),
      credential: "env:FAKE_KEY",
      protocols: ["openai-chat"],
      models: ["m"],
      options: { base_urls: {} },
    },
  ],
  routes: [{ match: "*", targets: ["fake/m"] }],
  prices: [{ provider: "fake", model: "m", input: 1, output: 2 }],
});

beforeAll(async () => {
  provider = await startScriptedProvider();
  const env = { FAKE_KEY: provider.key };
  gateway = await startTestGateway({
    config: configOf(),
    env: { ...env, TOKLIGENCE_LOG_LEVEL: "info", TOKLIGENCE_LOG_FILE: logFile, TOKLIGENCE_OTEL_PROPAGATE: "true" },
  });
  quiet = await startTestGateway({
    config: configOf(),
    env: {
      ...env,
      TOKLIGENCE_GATEWAY_HEADERS: "false",
      TOKLIGENCE_METRICS: "false",
      TOKLIGENCE_ACCESS_LOG: "false",
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await quiet.stop();
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

const messages = [{ role: "user", content: "hello" }];
/** Every inference surface that a translation can serve, in one piece and streamed. */
const REQUESTS: [string, string, object][] = [
  ["chat", "/v1/chat/completions", { model: "m", messages }],
  ["chat, streamed", "/v1/chat/completions", { model: "m", messages, stream: true }],
  ["responses", "/v1/responses", { model: "m", input: "hello" }],
  ["responses, streamed", "/v1/responses", { model: "m", input: "hello", stream: true }],
  ["messages", "/v1/messages", { model: "m", max_tokens: 9, messages }],
  ["messages, streamed", "/v1/messages", { model: "m", max_tokens: 9, messages, stream: true }],
  ["gemini", "/v1beta/models/m:generateContent", { contents: [{ role: "user", parts: [{ text: "hello" }] }] }],
  [
    "gemini, streamed",
    "/v1beta/models/m:streamGenerateContent?alt=sse",
    { contents: [{ role: "user", parts: [{ text: "hello" }] }] },
  ],
];

const lines = (): Record<string, unknown>[] =>
  readFileSync(logFile, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function accessLine(requestId: string): Promise<Record<string, unknown>> {
  let found: Record<string, unknown> | undefined;
  await until(() => {
    found = lines().find((line) => line["msg"] === "exchange" && line["requestId"] === requestId);
    return found !== undefined;
  }, 20);
  return found ?? {};
}

describe("an answer", () => {
  it.each(REQUESTS)("of %s says who gave it, and what the gateway took of the time", async (_name, path, body) => {
    const reply = await gateway.post(path, body);
    await reply.text();
    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-request-id")).toMatch(/^req_\w+$/);
    expect(reply.headers.get("x-gateway-provider")).toBe("fake");
    expect(reply.headers.get("x-gateway-overhead-ms")).toMatch(/^\d+\.\d{3}$/);
  });

  it.each(REQUESTS)("of %s says only its id where the operator wants that", async (_name, path, body) => {
    const reply = await quiet.post(path, body);
    await reply.text();
    expect([...reply.headers.keys()].filter((name) => name.startsWith("x-gateway"))).toEqual([]);
    expect(reply.headers.get("x-request-id")).toMatch(/^req_\w+$/);
  });

  it("does not count the provider's time as the gateway's", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: "before-headers", gate });
    const from = performance.now();
    const asked = gateway.post("/v1/chat/completions", { model: "m", messages });
    await gate.reached;
    await until(() => performance.now() - from > 400, 20);
    gate.open();
    const reply = await asked;
    await reply.text();
    expect(Number(reply.headers.get("x-gateway-overhead-ms"))).toBeLessThan(300);
    expect((await accessLine(reply.headers.get("x-request-id") ?? ""))["ms"]).toBeGreaterThan(400);
  });

  it("of an error says the same, and without a provider where none was asked", async () => {
    provider.script({ status: 400 });
    const failed = await gateway.post("/v1/chat/completions", { model: "m", messages });
    expect([failed.status, failed.headers.get("x-gateway-provider")]).toEqual([400, "fake"]);
    await failed.text();
    const refused = await gateway.post("/v1/chat/completions", "{", {});
    expect([refused.status, refused.headers.get("x-gateway-provider")]).toEqual([400, null]);
    expect(refused.headers.get("x-gateway-overhead-ms")).not.toBeNull();
    await refused.text();
  });

  it("keeps the client's own id beside the gateway's, and never takes it for that", async () => {
    const reply = await gateway.post("/v1/chat/completions", { model: "m", messages }, { "x-request-id": "order-7/a" });
    await reply.text();
    const id = reply.headers.get("x-request-id") ?? "";
    expect([id.startsWith("req_"), reply.headers.get("x-client-request-id")]).toEqual([true, "order-7/a"]);
    expect(await accessLine(id)).toMatchObject({ clientRequestId: "order-7/a" });
  });

  it.each([
    "with space",
    "x".repeat(129),
    '"quoted"',
    "sk-planted-secret-000001",
  ])("leaves out a client's id that could do harm: %s", async (sent) => {
    const reply = await gateway.post("/v1/chat/completions", { model: "m", messages }, { "x-request-id": sent });
    await reply.text();
    expect(reply.headers.get("x-client-request-id")).toBeNull();
    expect(await accessLine(reply.headers.get("x-request-id") ?? "")).not.toHaveProperty("clientRequestId");
  });
});

describe("the log's line of an exchange", () => {
  it("has what an operator asks for, in one line", async () => {
    provider.script({ usage: { inputUncached: 1_000, cacheRead: 24, output: 10 } });
    const reply = await gateway.post(
      "/v1/messages?beta=true",
      { model: "claude-x", max_tokens: 9, messages, stream: true },
      { traceparent: TRACEPARENT },
    );
    await reply.text();
    const line = await accessLine(reply.headers.get("x-request-id") ?? "");
    expect(line).toMatchObject({
      level: "info",
      traceId: TRACE,
      method: "POST",
      path: "/v1/messages",
      surface: "messages",
      stream: true,
      status: 200,
      outcome: "completed",
      provider: "fake",
      model: "m",
      modelAsked: "claude-x",
      tokensIn: 1_024,
      tokensCached: 24,
      tokensOut: 10,
      msg: "exchange",
    });
    for (const name of ["ms", "firstTokenMs", "bytesIn", "bytesOut"]) expect(line[name]).toBeGreaterThan(0);
    const record = await gateway.recordOf(reply);
    expect(record.cost?.nano).toBeGreaterThan(0);
    expect(Math.round(Number(line["costUsd"]) * 1e9)).toBe(record.cost?.nano);
  });

  it("is there once for each, also for what was refused and for counts that leave no record", async () => {
    const refused = await gateway.post(
      "/v1/chat/completions",
      { model: "m", messages },
      { authorization: "Bearer no" },
    );
    const counted = await gateway.post("/v1/messages/count_tokens", { model: "m", messages });
    for (const reply of [refused, counted]) {
      await reply.text();
      const id = reply.headers.get("x-request-id") ?? "";
      await accessLine(id);
      expect(lines().filter((line) => line["msg"] === "exchange" && line["requestId"] === id)).toHaveLength(1);
    }
    expect(await accessLine(refused.headers.get("x-request-id") ?? "")).toMatchObject({
      outcome: "refused",
      status: 401,
      error: "invalid_api_key",
    });
  });

  it("has a trace of its own where the client has none", async () => {
    const ids = [];
    for (let n = 0; n < 2; n++) {
      const reply = await gateway.post("/v1/chat/completions", {
        model: "m",
        messages: [...messages, ...messages],
        n: n + 1,
      });
      await reply.text();
      ids.push((await accessLine(reply.headers.get("x-request-id") ?? ""))["traceId"]);
    }
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{32}$/);
  });
});

describe("a provider", () => {
  it("is told the trace where the operator wants that, with a span of its own for each try", async () => {
    provider.reset();
    provider.script({ status: 500 }, {});
    await (await gateway.post("/v1/chat/completions", { model: "m", messages }, { traceparent: TRACEPARENT })).text();
    const told = provider.requests.map(({ headers }) => String(headers["traceparent"]));
    expect(told).toHaveLength(2);
    for (const header of told) expect(header).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-01$`));
    expect(new Set(told).size).toBe(2);
  });

  it("is told nothing of it otherwise", async () => {
    provider.reset();
    await (await quiet.post("/v1/chat/completions", { model: "m", messages }, { traceparent: TRACEPARENT })).text();
    expect(provider.requests.map(({ headers }) => headers["traceparent"])).toEqual([undefined]);
  });
});

describe("the metrics", () => {
  const ask = (url: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const call = http.get(`${url}/metrics`, { headers, agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      call.once("error", reject);
    });

  it("are open on loopback, and count what was asked", async () => {
    const { status, text } = await ask(gateway.url);
    expect(status).toBe(200);
    expect(text).toMatch(/^gateway_requests_total\{surface="messages",provider="fake",model="m",.*\} [1-9]/m);
  });

  it("are not open to whoever comes through a proxy on this machine", async () => {
    const through = { "x-forwarded-for": "203.0.113.9" };
    expect((await ask(gateway.url, through)).status).toBe(401);
    expect((await ask(gateway.url, { ...through, authorization: `Bearer ${gateway.key}` })).status).toBe(200);
  });

  it("are not for a user's key", async () => {
    const admin = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" };
    const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
      const init = { method: "POST", headers: admin, body: JSON.stringify(body) };
      return (await (await fetch(`${gateway.url}/api/v1${path}`, init)).json()) as Record<string, unknown>;
    };
    const user = await call("/admin/users", { email: "ana@example.com", role: "gateway_user" });
    const { token } = await call(`/admin/users/${String(user["id"])}/api-keys`, { name: "k" });
    expect((await ask(gateway.url, { authorization: `Bearer ${String(token)}` })).status).toBe(403);
    expect((await ask(gateway.url, { authorization: "Bearer tok_wrong" })).status).toBe(401);
  });

  it("are nowhere when they are switched off", async () => {
    expect((await ask(quiet.url)).status).toBe(404);
  });

  it("ask for the token where one is set, and are on a port of their own where that is wanted", async () => {
    const token = "a-token-of-metrics-0001";
    const guarded = await startTestGateway({ env: { TOKLIGENCE_METRICS_TOKEN: token } });
    expect((await ask(guarded.url)).status).toBe(401);
    expect((await ask(guarded.url, { authorization: "Bearer a-token-of-metrics-0002" })).status).toBe(401);
    expect((await ask(guarded.url, { authorization: `Bearer ${token}` })).status).toBe(200);
    await guarded.stop();
    const port = await freePort();
    const apart = await startTestGateway({ env: { TOKLIGENCE_METRICS_PORT: String(port) } });
    expect((await ask(apart.url)).status).toBe(404);
    const own = `http://127.0.0.1:${port}`;
    expect((await ask(own, { "x-forwarded-for": "203.0.113.9" })).status).toBe(200);
    expect((await fetch(`${own}/v1/models`)).status).toBe(404);
    await apart.stop();
  });
});

async function freePort(): Promise<number> {
  const server = http.createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
