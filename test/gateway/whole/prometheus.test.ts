/** A real Prometheus reads a real gateway: the alerts can be evaluated, and every panel of the dashboard has its data. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { findProgram, startPrometheus, type TestPrometheus } from "../../support/prometheus.ts";
import { until } from "../../support/until.ts";
import { projectRoot } from "../../tidy/project-files.ts";

const folder = join(projectRoot, "deploy/prometheus");
const server = findProgram("prometheus");
const promtool = findProgram("promtool");
if (server === null || promtool === null)
  process.stderr.write("Skipped: no prometheus and promtool on this machine.\n");
const shipped = (path: string): string => readFileSync(join(projectRoot, "deploy", path), "utf8");

interface Panel {
  title: string;
  type: string;
  targets?: { expr: string }[];
  datasource?: { uid: string };
}
const dashboard = JSON.parse(shipped("grafana/tokligence-gateway.json")) as {
  panels: Panel[];
  annotations: { list: { expr: string }[] };
};
/** As Grafana would ask it, with everything selected. */
const asked = (expression: string): string =>
  expression.replaceAll("$__rate_interval", "1m").replaceAll("$job", ".*").replaceAll("$instance", ".*");
const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, asked(expr)] as const),
);
/** What is only there when something is unusual, which this test does not bring about. */
const MAY_BE_EMPTY = new Set(["Wait in the queue, p95"]);

describe.skipIf(promtool === null)("promtool (needs it on this machine)", () => {
  it.each([
    ["check", "config", "prometheus.yml"],
    ["check", "rules", "alerts.yml"],
    ["test", "rules", "alerts-test.yml"],
  ])("is content: %s %s %s", (...args) => {
    const { status, stdout, stderr } = spawnSync(promtool ?? "", args, { cwd: folder });
    expect(`${stdout.toString()}${stderr.toString()}`).not.toContain("FAILED");
    expect(status).toBe(0);
  });

  it("finds nothing wrong with the metrics themselves", async () => {
    const gateway = await startTestGateway();
    const ask = { model: "loopback", messages: [{ role: "user", content: "hi" }] };
    await (await gateway.post("/v1/chat/completions", ask)).text();
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    await gateway.stop();
    const { status, stdout, stderr } = spawnSync(promtool ?? "", ["check", "metrics"], { input: text });
    expect(`${stdout.toString()}${stderr.toString()}`).toBe("");
    expect(status).toBe(0);
  });
});

it("every alert has a test", () => {
  const named = (text: string, name: string): string[] =>
    [...text.matchAll(new RegExp(`${name}: (\\w+)`, "g"))].map(([, found = ""]) => found);
  const alerts = named(shipped("prometheus/alerts.yml"), "alert");
  expect(alerts.length).toBeGreaterThan(10);
  const tested = new Set(named(shipped("prometheus/alerts-test.yml"), "alertname"));
  expect(alerts.filter((alert) => !tested.has(alert))).toEqual([]);
});

describe.skipIf(server === null)("Prometheus (needs it on this machine)", () => {
  let provider: ScriptedProvider;
  let gateway: TestGateway;
  let prometheus: TestPrometheus;

  beforeAll(async () => {
    provider = await startScriptedProvider();
    const instance = (id: string) => ({
      id,
      kind: "openai-compatible",
      base_url: provider.baseUrl("openai-chat"),
      credential: "env:FAKE_KEY",
      protocols: ["openai-chat"],
      models: ["m", "free"],
      options: { max_concurrency: 2 },
    });
    gateway = await startTestGateway({
      env: { FAKE_KEY: provider.key, TOKLIGENCE_RETRY_BASE_MS: "1", TOKLIGENCE_METRICS_TOKEN: "token-of-prometheus-1" },
      config: {
        providers: [instance("one"), instance("two")],
        routes: [{ match: "*", targets: ["one/m", "two/m"] }],
        prices: [{ provider: "one", model: "m", input: 1, output: 2 }],
        budgets: [{ id: "everybody", per: "global", limit: 50, window: "month" }],
      },
    });
    const target = new URL(gateway.url).host;
    const config = shipped("prometheus/prometheus.yml")
      .replace("127.0.0.1:8081", target)
      .replaceAll("15s", "1s")
      .replace(
        "# authorization:\n    #   credentials_file: /etc/prometheus/gateway-metrics-token",
        "authorization:\n      credentials_file: token",
      );
    prometheus = await startPrometheus(server ?? "", config, {
      "alerts.yml": shipped("prometheus/alerts.yml"),
      token: "token-of-prometheus-1",
    });
    // Counters begin at what they are when they are first seen, so everything happens once before and again after that.
    for (let round = 0; round < 2; round++) {
      await makeTraffic(round);
      const seen = await scrapes();
      await until(async () => (await scrapes()) >= seen + 2, 100);
    }
  }, 90_000);
  afterAll(async () => {
    await prometheus.stop();
    await gateway.stop();
    await provider.stop();
  });

  const scrapes = async (): Promise<number> =>
    (await prometheus.query('count_over_time(up{job="tokligence-gateway"}[5m])'))[0]?.value ?? 0;

  async function makeTraffic(round: number): Promise<void> {
    const ask = async (n: number, more: object = {}): Promise<void> => {
      const messages = [{ role: "user", content: `${round}-${n}` }];
      await (await gateway.post("/v1/chat/completions", { model: "m", messages, ...more })).text();
    };
    for (let n = 0; n < 5; n++) await ask(n, { stream: n % 2 === 0 });
    // A try at the same place again, and one at the other; then an error, and a refusal.
    provider.script({ status: 500 }, { status: 500 }, { status: 500 });
    await ask(10);
    provider.script({ status: 400 });
    await ask(11);
    await (await gateway.post("/v1/chat/completions", "{")).text();
    // The same again, while the first is on its way.
    const gate = provider.gate();
    provider.script({ gateAt: "before-headers", gate });
    const [first, second] = [ask(12), ask(12)];
    await gate.reached;
    gate.open();
    await Promise.all([first, second]);
  }

  it("reaches the gateway with its token, and knows its type of every metric", async () => {
    expect(await prometheus.query("up")).toMatchObject([{ value: 1 }]);
    const metadata = (await prometheus.api("/metadata")) as Record<string, { type: string }[]>;
    expect(metadata["gateway_requests_total"]?.[0]?.type).toBe("counter");
    expect(metadata["gateway_request_duration_seconds"]?.[0]?.type).toBe("histogram");
  });

  it.each(expressions)("has data for the panel %s: %s", async (title, expression) => {
    const found = await prometheus.query(expression);
    expect(found.length).toBeGreaterThanOrEqual(MAY_BE_EMPTY.has(title) ? 0 : 1);
  });

  it("can mark restarts", async () => {
    const found = await Promise.all(dashboard.annotations.list.map(({ expr }) => prometheus.query(asked(expr))));
    expect(found).toHaveLength(dashboard.annotations.list.length);
  });

  it("evaluates every alert without an error, and none fires that should not", async () => {
    const { groups } = (await prometheus.api("/rules")) as {
      groups: { rules: { name: string; health: string; lastError?: string; state: string; query: string }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ health, lastError }) => health !== "ok" || lastError)).toEqual([]);
    expect(rules.filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual([]);
    for (const { query } of rules) await prometheus.query(query);
  });

  it("finds every metric that the dashboard and the alerts name", async () => {
    const known = new Set((await prometheus.api("/label/__name__/values")) as string[]);
    const text = [...expressions.map(([, expression]) => expression), shipped("prometheus/alerts.yml")].join("\n");
    // A counter whose moment has not come has no series yet, but it is declared.
    const declared = await (
      await fetch(`${gateway.url}/metrics`, { headers: { authorization: "Bearer token-of-prometheus-1" } })
    ).text();
    const named = [...text.matchAll(/\b(?:gateway|process|nodejs)_[a-z_]+\b/g)].map(([name]) => name);
    const missing = new Set(
      named.filter(
        (name) => !known.has(name) && !declared.includes(`# TYPE ${name.replace(/_(?:bucket|count|sum)$/, "")} `),
      ),
    );
    expect([...missing]).toEqual([]);
  });

  it("has the cost as the ledger has it, to the last billionth", async () => {
    const usage = (await (
      await fetch(`${gateway.url}/api/v1/usage/summary`, { headers: { authorization: `Bearer ${gateway.key}` } })
    ).json()) as { costNano: number };
    const text = await (
      await fetch(`${gateway.url}/metrics`, { headers: { authorization: "Bearer token-of-prometheus-1" } })
    ).text();
    const told = [...text.matchAll(/^gateway_cost_usd_total\{.*\} (\d+)\.(\d{9})$/gm)].map(
      ([, dollars = "", nano = ""]) => Number(dollars) * 1e9 + Number(nano),
    );
    expect(usage.costNano).toBeGreaterThan(0);
    expect(told.reduce((sum, each) => sum + each, 0)).toBe(usage.costNano);
  });
});
