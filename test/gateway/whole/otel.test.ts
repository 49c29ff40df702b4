/** What an OpenTelemetry collector is told, and what becomes of requests when there is none. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "../../fakes/otlp-receiver.ts";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
let provider: ScriptedProvider;
let collector: OtlpReceiver;
let gateway: TestGateway;

const configOf = () => ({
  providers: ["one", "two"].map((id) => ({
    id,
    kind: "openai-compatible",
    base_url: provider.baseUrl("openai-chat"),
    credential: "env:FAKE_KEY",
    protocols: ["openai-chat"],
    models: ["m"],
  })),
  routes: [{ match: "*", targets: ["one/m", "two/m"] }],
});
const envOf = (more: Record<string, string>) => ({ FAKE_KEY: provider.key, TOKLIGENCE_RETRY_BASE_MS: "1", ...more });

beforeAll(async () => {
  provider = await startScriptedProvider();
  collector = await startOtlpReceiver();
  gateway = await startTestGateway({
    config: configOf(),
    env: envOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=team%20a",
      OTEL_SERVICE_NAME: "gateway-under-test",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      OTEL_METRIC_EXPORT_INTERVAL: "300",
      TOKLIGENCE_OTEL_PROPAGATE: "true",
    }),
  });
});
afterAll(async () => {
  await gateway.stop();
  await collector.stop();
  await provider.stop();
});

const messages = [{ role: "user", content: "the quick brown fox" }];
const header = (flags: string, trace = TRACE) => ({ traceparent: `00-${trace}-${PARENT}-${flags}` });

/** The spans of a trace, once its server span has come; the server's own first. */
async function spansOf(traceId: string, from = collector): Promise<ReceivedSpan[]> {
  const found = (): ReceivedSpan[] => from.spans.filter((span) => span.traceId === traceId);
  await until(() => found().some(({ kind }) => kind === 2), 20);
  return found().toSorted((one, other) => one.kind - other.kind || one.startUs - other.startUs);
}

describe("traces", () => {
  it("show the request below its client's span, and a span for each try, in the words of the conventions", async () => {
    provider.reset();
    provider.script({ status: 500 }, { usage: { inputUncached: 30, cacheRead: 10, output: 5, reasoning: 2 } });
    const reply = await gateway.post(
      "/v1/messages",
      { model: "claude-x", max_tokens: 9, messages, stream: true },
      { ...header("01"), "x-request-id": "order-7" },
    );
    await reply.text();
    const record = await gateway.recordOf(reply);
    const [server, failed, answered, ...more] = await spansOf(TRACE);
    expect(more).toEqual([]);
    expect(server).toMatchObject({
      parentSpanId: PARENT,
      name: "POST messages",
      kind: 2,
      status: 0,
      scope: "tokligence-gateway",
      attributes: {
        "http.request.method": "POST",
        "url.path": "/v1/messages",
        "http.response.status_code": 200,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "claude-x",
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 10,
        "gateway.request_id": reply.headers.get("x-request-id"),
        "gateway.client_request_id": "order-7",
        "gateway.outcome": "completed",
      },
      resource: {
        "service.name": "gateway-under-test",
        "service.version": "0.0.0-test",
        "deployment.environment.name": "test",
      },
    });
    expect(failed).toMatchObject({
      parentSpanId: server?.spanId,
      name: "chat m",
      kind: 3,
      status: 2,
      attributes: { "error.type": "provider_error", "http.response.status_code": 500, "gateway.attempt": 1 },
    });
    expect(answered).toMatchObject({
      parentSpanId: server?.spanId,
      status: 0,
      attributes: {
        "gen_ai.provider.name": "openai-compatible",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 40,
        "server.address": "127.0.0.1",
        "gateway.attempt": 2,
      },
    });
    expect(answered?.attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
    expect(answered?.attributes).not.toHaveProperty("error.type");
    // The times are the record's.
    expect((server?.endUs ?? 0) - (server?.startUs ?? 0)).toBe(record.totalUs);
    expect(answered?.startUs).toBeGreaterThanOrEqual(failed?.endUs ?? Infinity);
    expect(answered?.endUs).toBeLessThanOrEqual(server?.endUs ?? 0);
    // What providers were sent names these very spans.
    const told = provider.requests.map(({ headers }) => String(headers["traceparent"]).split("-")[2]);
    expect(told).toEqual([failed?.spanId, answered?.spanId]);
  });

  it("hold nothing of what was asked and answered, unless that is wanted", async () => {
    expect(collector.raw).not.toContain("quick brown");
    const open = await startOtlpReceiver();
    const telling = await startTestGateway({
      config: configOf(),
      env: envOf({
        TOKLIGENCE_OTEL_ENDPOINT: open.url,
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
        OTEL_METRICS_EXPORTER: "none",
      }),
    });
    const trace = "5".repeat(32);
    provider.reset();
    provider.script({ text: "jumps over" });
    const asked = [{ role: "user", content: `the quick brown fox ${telling.key}` }];
    await (await telling.post("/v1/chat/completions", { model: "m", messages: asked }, header("01", trace))).text();
    const [server] = await spansOf(trace, open);
    expect(JSON.parse(String(server?.attributes["gen_ai.input.messages"]))).toEqual([
      { role: "user", parts: [{ type: "text", content: "the quick brown fox [hidden]" }] },
    ]);
    expect(JSON.parse(String(server?.attributes["gen_ai.output.messages"]))).toMatchObject([
      { role: "assistant", parts: [{ type: "text", content: "jumps over" }] },
    ]);
    expect(open.metrics).toEqual([]);
    await telling.stop();
    await open.stop();
  });

  it("that their client does not want recorded are not", async () => {
    const [unwanted, wanted] = ["6".repeat(32), "7".repeat(32)];
    for (const [trace, flags] of [
      [unwanted, "00"],
      [wanted, "01"],
    ] as const)
      await (await gateway.post("/v1/chat/completions", { model: "m", messages, n: 1 }, header(flags, trace))).text();
    await spansOf(wanted);
    expect(collector.spans.filter(({ traceId }) => traceId === unwanted)).toEqual([]);
  });
});

describe("metrics", () => {
  it("are the gateway's own, and those that the conventions name", async () => {
    await until(() => collector.metrics.some(({ name }) => name === "gen_ai.client.token.usage"), 20);
    const byName = new Map(collector.metrics.map((metric) => [metric.name, metric]));
    expect(byName.get("gateway_requests_total")).toMatchObject({ kind: "sum" });
    expect(byName.get("gateway_requests_in_flight")).toMatchObject({ kind: "gauge" });
    const duration = byName.get("gen_ai.client.operation.duration");
    expect(duration).toMatchObject({ kind: "histogram", unit: "s" });
    expect(duration?.points.some(({ attributes }) => attributes["gen_ai.request.model"] === "m")).toBe(true);
    const input = byName
      .get("gen_ai.client.token.usage")
      ?.points.find(({ attributes }) => attributes["gen_ai.token.type"] === "input");
    expect(input?.count).toBeGreaterThan(0);
    const own = byName.get("gateway_request_duration_seconds")?.points[0];
    expect(own?.buckets?.reduce((sum, each) => sum + each, 0)).toBe(own?.count);
    expect(own?.buckets).toHaveLength((own?.bounds?.length ?? 0) + 1);
  });

  it("and traces come with the headers that the collector wants", () => {
    expect(new Set(collector.headers.map((headers) => headers["x-tenant"]))).toEqual(new Set(["team a"]));
  });
});

describe("a collector that fails", () => {
  it("costs no request anything, and holds nothing up at the end", async () => {
    const dead = await startOtlpReceiver();
    await dead.stop();
    const lonely = await startTestGateway({
      config: configOf(),
      env: envOf({ OTEL_EXPORTER_OTLP_ENDPOINT: dead.url, OTEL_METRIC_EXPORT_INTERVAL: "100" }),
    });
    for (let n = 0; n < 20; n++) {
      const reply = await lonely.post("/v1/chat/completions", { model: "m", messages, seed: n });
      expect(reply.status).toBe(200);
      await reply.text();
    }
    expect(await lonely.exchanges(20)).toHaveLength(20);
    const from = performance.now();
    await lonely.stop();
    expect(performance.now() - from).toBeLessThan(6_000);
  });

  it("is told again once it is well", async () => {
    collector.answer(503);
    const before = collector.headers.length;
    const trace = "8".repeat(32);
    await (await gateway.post("/v1/chat/completions", { model: "m", messages, seed: 99 }, header("01", trace))).text();
    await until(() => collector.headers.length > before, 20);
    collector.answer(200);
    const later = "9".repeat(32);
    await (await gateway.post("/v1/chat/completions", { model: "m", messages, seed: 98 }, header("01", later))).text();
    expect(await spansOf(later)).toHaveLength(2);
  });
});
