/**
 * Secrets in every place where a person or a provider could put one, with everything switched on that tells of requests; then
 * whatever left the gateway, or lies on its disk, is searched for them.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OtlpReceiver, startOtlpReceiver } from "../../fakes/otlp-receiver.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";

/** Each says where it was planted. */
const SECRETS = {
  providerKey: "sk-planted-provider-key-000001",
  otherProviderKey: "a plain word that is a key 0002",
  metricsToken: "planted-metrics-token-000003",
  collectorHeader: "planted-collector-token-000004",
  authSecret: "planted-auth-secret-0000000000000000000005",
  inBody: "sk-planted-in-a-prompt-000006",
  inQuery: "tok_planted-in-the-query-000007",
  inHeader: "sk-planted-in-a-header-000008",
  inModel: "sk-planted-as-a-model-000009",
  inPath: "sk-planted-in-a-path-000010",
  inSession: "sk-planted-as-a-session-000011",
  inUserAgent: "sk-planted-as-an-agent-000012",
  wrongKey: "tok_planted-wrong-key-0000000000013",
  inProviderError: "sk-planted-in-an-error-000014",
  inAnswer: "sk-planted-in-an-answer-000015",
} as const;

const folder = mkdtempSync(join(tmpdir(), "gateway-planted-"));
const logFile = join(folder, "logs", "gateway.log");
let provider: RawProvider;
let collector: OtlpReceiver;
let gateway: TestGateway;
/** What clients got, by what they asked. */
const answers: string[] = [];

const ask = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => {
  const reply = await gateway.post(path, body, headers);
  answers.push(`${JSON.stringify([...reply.headers])}\n${await reply.text()}`);
  return reply;
};

const completion = (text: string): string =>
  JSON.stringify({
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });

beforeAll(async () => {
  provider = await startRawProvider();
  collector = await startOtlpReceiver();
  const instance = (id: string, credential: string) => ({
    id,
    kind: "openai-compatible",
    base_url: `${provider.url}/v1`,
    credential,
    protocols: ["openai-chat"],
    models: ["m"],
  });
  gateway = await startTestGateway({
    dataDir: folder,
    env: {
      PLANTED_KEY: SECRETS.providerKey,
      OTHER_KEY: SECRETS.otherProviderKey,
      TOKLIGENCE_AUTH_SECRET: SECRETS.authSecret,
      TOKLIGENCE_METRICS_TOKEN: SECRETS.metricsToken,
      TOKLIGENCE_OTEL_ENDPOINT: collector.url,
      TOKLIGENCE_OTEL_HEADERS: `authorization=${SECRETS.collectorHeader}`,
      TOKLIGENCE_OTEL_CAPTURE_CONTENT: "true",
      TOKLIGENCE_OTEL_PROPAGATE: "true",
      OTEL_METRIC_EXPORT_INTERVAL: "300",
      TOKLIGENCE_LOG_LEVEL: "debug",
      TOKLIGENCE_LOG_FILE: logFile,
      TOKLIGENCE_LOG_BODIES: "full",
      TOKLIGENCE_RETRY_BASE_MS: "1",
      TOKLIGENCE_RETRY_MAX_MS: "1",
    },
    config: {
      providers: [instance("one", "env:PLANTED_KEY"), instance("two", "env:OTHER_KEY")],
      routes: [{ match: "*", targets: ["one", "two"] }],
    },
  });
  await plant();
}, 60_000);
afterAll(async () => {
  await collector.stop();
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function plant(): Promise<void> {
  const messages = [{ role: "user", content: `my key is ${SECRETS.inBody}` }];
  provider.respond = (_request, response) =>
    response
      .writeHead(200, { "content-type": "application/json", "x-request-id": SECRETS.inProviderError })
      .end(completion(`here: ${SECRETS.inAnswer}`));
  await ask(
    "/v1/chat/completions",
    { model: "m", messages },
    {
      "x-request-id": SECRETS.inHeader,
      "x-tokligence-session": SECRETS.inSession,
      "x-tokligence-project": SECRETS.inSession,
      "user-agent": `curl/${SECRETS.inUserAgent}`,
      cookie: `session=${SECRETS.inHeader}`,
      traceparent: SECRETS.inHeader,
    },
  );
  await ask("/v1/chat/completions", { model: SECRETS.inModel, messages });
  await ask(`/v1/chat/completions?key=${SECRETS.inQuery}&api-version=1`, { model: "m", messages });
  await ask(`/p/${SECRETS.inPath}/v1/chat/completions`, { model: "m", messages });
  await ask(`/v1/${SECRETS.inPath}`, { model: "m", messages });
  await ask("/v1/chat/completions", { model: "m", messages }, { authorization: `Bearer ${SECRETS.wrongKey}` });
  await ask("/v1/chat/completions", `{"model":"m","messages":"${SECRETS.inBody}"`);
  // Providers that repeat what they were sent in their errors, as some do.
  for (const status of [400, 401, 404, 429, 500]) {
    provider.respond = (request, response) => {
      const error = { message: `wrong key ${request.headers.authorization} and ${SECRETS.inProviderError}`, type: "e" };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    };
    await ask("/v1/chat/completions", { model: "m", messages, seed: status });
    await ask("/v1/messages", { model: "m", max_tokens: 5, messages, stream: true, temperature: status / 1000 });
    await fetch(`${gateway.url}/api/v1/health/reset`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
      body: "{}",
    });
  }
  provider.respond = (request, response) => response.destroy(new Error(String(request.headers.authorization)));
  await ask("/v1/chat/completions", { model: "m", messages, seed: 1 });
}

/** Those that are found in it, by name. */
const found = (text: string, but: (keyof typeof SECRETS)[] = []): string[] =>
  (Object.keys(SECRETS) as (keyof typeof SECRETS)[]).filter(
    (name) => !but.includes(name) && text.includes(SECRETS[name]),
  );

const admin = async (path: string): Promise<string> => {
  const reply = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${gateway.key}` } });
  expect([path, reply.status]).toEqual([path, 200]);
  return reply.text();
};

describe("no planted secret", () => {
  it("is in what a client gets that did not send it, or was not answered with it", () => {
    // A client's own words in its own error, and a provider's answer to it, are its own.
    const own = ["inAnswer", "inBody", "inModel", "inProviderError", "inPath"] as const;
    expect(found(answers.join("\n"), [...own])).toEqual([]);
    expect(answers.length).toBeGreaterThan(15);
  });

  it("is in the metrics", async () => {
    const reply = await fetch(`${gateway.url}/metrics`, {
      headers: { authorization: `Bearer ${SECRETS.metricsToken}` },
    });
    expect(reply.status).toBe(200);
    const text = await reply.text();
    expect(text).toContain("gateway_provider_errors_total{");
    expect(found(text)).toEqual([]);
    expect(text).not.toContain(gateway.key);
  });

  it("is in traces and metrics that a collector gets, content included", async () => {
    await until(() => collector.spans.some(({ attributes }) => attributes["gen_ai.output.messages"] !== undefined), 20);
    await until(() => collector.spans.length >= 20 && collector.metrics.length > 0, 20);
    expect(collector.raw).toContain("my key is [hidden]");
    expect(found(collector.raw)).toEqual([]);
    expect(collector.raw).not.toContain(gateway.key);
  });

  it("is in health, status, configuration, exports and lists", async () => {
    for (const path of ["/health", "/health?deep=1", "/api/v1/status", "/api/v1/config", "/api/v1/providers"])
      expect([path, found(await admin(path))]).toEqual([path, []]);
    for (const path of [
      "/api/v1/health/targets",
      "/api/v1/exchanges?limit=100",
      "/api/v1/exchanges/export?format=jsonl",
    ])
      expect([path, found(await admin(path))]).toEqual([path, []]);
  });

  it("is in the log, nor anywhere else on the disk, once the gateway has stopped", async () => {
    await gateway.stop();
    const log = readFileSync(logFile, "utf8");
    expect(log).toContain('"msg":"exchange"');
    expect(found(log)).toEqual([]);
    expect(log).not.toContain(gateway.key);
    const files = everyFile(folder).filter((path) => !path.endsWith("gateway.yaml"));
    expect(files.some((path) => path.endsWith("ledger.db"))).toBe(true);
    for (const path of files) {
      const bytes = readFileSync(path);
      const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
      expect([path.slice(folder.length), found(text), text.includes(gateway.key)]).toEqual([
        path.slice(folder.length),
        [],
        false,
      ]);
    }
  });
});

function everyFile(path: string): string[] {
  if (!statSync(path).isDirectory()) return statSync(path).isFile() ? [path] : [];
  return readdirSync(path).flatMap((name) => everyFile(join(path, name)));
}
