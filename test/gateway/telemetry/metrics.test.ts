import { describe, expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { createExchangeMetrics } from "../../../src-gateway/telemetry/metrics/exchange-metrics.ts";
import { MetricRegistry } from "../../../src-gateway/telemetry/metrics/registry.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";

const attempt = (more: Partial<ExchangeRecord["attempts"][number]>): ExchangeRecord["attempts"][number] => ({
  provider: "openai",
  model: "gpt",
  status: 200,
  errorCode: null,
  reason: "",
  startedUs: 0,
  firstByteUs: 1,
  endedUs: 2,
  ...more,
});

const exchangeRecord = (changes: Partial<ExchangeRecord>): ExchangeRecord => completedRecord(FIRST_ID, changes);

describe("the text for Prometheus", () => {
  it("escapes labels, sums buckets up, and writes every kind", () => {
    const registry = new MetricRegistry();
    registry.counter("a_total", "Counts\nthings \\.", ["x"]).with('q"uo\\te\n').add(3);
    const seconds = registry.histogram("b_seconds", "Times.", ["y"], [0.1, 1]);
    for (const us of [100_000, 100_001, 5_000_000]) seconds.with("z").observe(us);
    registry.read("c", "Now.", [], () => [[1.5]]);
    expect(registry.text().split("\n")).toEqual([
      "# HELP a_total Counts\\nthings \\\\.",
      "# TYPE a_total counter",
      'a_total{x="q\\"uo\\\\te\\n"} 3',
      "# HELP b_seconds Times.",
      "# TYPE b_seconds histogram",
      'b_seconds_bucket{y="z",le="0.1"} 1',
      'b_seconds_bucket{y="z",le="1"} 2',
      'b_seconds_bucket{y="z",le="+Inf"} 3',
      'b_seconds_sum{y="z"} 5.200001',
      'b_seconds_count{y="z"} 3',
      "# HELP c Now.",
      "# TYPE c gauge",
      "c 1.5",
      "",
    ]);
  });

  it("adds money up to the last billionth, where floating point would not", () => {
    const money = new MetricRegistry().money("m", "Money.", []).with();
    let float = 0;
    for (let n = 0; n < 1_000_000; n++) {
      money.add(100_000_001);
      float += 0.100000001;
    }
    expect(money.text()).toBe("100000.001000000");
    expect(String(float)).not.toBe("100000.001");
    money.add(-1);
    expect(money.text()).toBe("100000.000999999");
  });
});

describe("what is counted of an exchange", () => {
  const measured = (maxModels = 200) => {
    const registry = new MetricRegistry();
    const metrics = createExchangeMetrics(registry, {
      maxModels,
      clean: (text) => text.replace(/sk-\w+/, "[hidden]"),
    });
    return { metrics, lines: () => registry.text().split("\n") };
  };

  it("tells outcomes in our words and in Ferro's", () => {
    const { metrics, lines } = measured();
    const outcomes = ["completed", "refused", "failed", "failed_midstream", "client_aborted"] as const;
    for (const outcome of outcomes) metrics.closed(exchangeRecord({ outcome, status: 200, surface: "chat" }));
    const counted = lines().filter((line) => line.startsWith("gateway_requests_total"));
    const words = counted.map((line) => /outcome="(\w+)",status="(\w+)"/.exec(line)?.slice(1).join(" "));
    expect(words).toEqual([
      "completed success",
      "refused rejected",
      "failed error",
      "failed_midstream error",
      "client_aborted aborted",
    ]);
  });

  it("counts a broken stream as an error, whatever status its client got", () => {
    const { metrics, lines } = measured();
    metrics.closed(exchangeRecord({ outcome: "failed_midstream", status: 200, errorCode: "provider_cut" }));
    expect(lines().filter((line) => line.includes('status="success"'))).toEqual([]);
    expect(lines().some((line) => /^gateway_errors_total\{.*error="provider_cut"\} 1$/.test(line))).toBe(true);
  });

  it("tells retries from failovers, and a provider's failures from clients that left", () => {
    const { metrics, lines } = measured();
    metrics.closed(
      exchangeRecord({
        attempts: [
          attempt({ status: 500, errorCode: "provider_error" }),
          attempt({ status: 500, errorCode: "provider_error" }),
          attempt({ provider: "other", errorCode: "request_timeout" }),
        ],
      }),
    );
    const found = lines().filter((line) => /^gateway_(?:upstream|provider_errors|failovers)/.test(line));
    expect(found).toEqual([
      'gateway_upstream_attempts_total{provider="openai",model="gpt",result="error"} 2',
      'gateway_upstream_attempts_total{provider="other",model="gpt",result="aborted"} 1',
      'gateway_provider_errors_total{provider="openai",error_type="provider_error"} 2',
      'gateway_upstream_retries_total{provider="openai"} 1',
      'gateway_failovers_total{from="openai",to="other"} 1',
    ]);
  });

  it("gives so many models a name of their own, and never one that a client made up", () => {
    const { metrics, lines } = measured(3);
    for (let n = 0; n < 50; n++)
      metrics.closed(exchangeRecord({ modelRouted: `model-${n}`, modelAsked: "x", attempts: [] }));
    for (let n = 0; n < 50; n++)
      metrics.closed(
        exchangeRecord({ modelRouted: null, modelAsked: `made-up-${n}`, attempts: [], outcome: "refused" }),
      );
    const models = lines().flatMap((line) => /^gateway_requests_total\{.*model="([^"]*)"/.exec(line)?.[1] ?? []);
    expect(new Set(models)).toEqual(new Set(["model-0", "model-1", "model-2", "other", "none"]));
    expect(lines().find((line) => line.startsWith("gateway_model_label_overflow_total"))).toMatch(/ 47$/);
  });

  it("shows no secret that somebody took for a model", () => {
    const { metrics, lines } = measured();
    metrics.closed(exchangeRecord({ modelRouted: "sk-planted123" }));
    expect(lines().join("\n")).not.toContain("planted");
  });

  it("adds up tokens by kind without counting any twice, and the cost exactly", () => {
    const { metrics, lines } = measured();
    const usage = {
      inputUncached: 10,
      cacheRead: 20,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
      output: 7,
      reasoning: 5,
      audioInput: 0,
      audioOutput: 0,
    };
    for (let n = 0; n < 3; n++)
      metrics.closed(
        exchangeRecord({ usage, usageSource: "provider", cost: { nano: 333_333_333, priceId: 1, price: null } }),
      );
    const numbers = Object.fromEntries(
      lines().flatMap((line) => {
        const [, name = "", kind, value = ""] = /^(\w+)\{.*?(?:kind="(\w+)")?\} (\S+)$/.exec(line) ?? [];
        return name === "" ? [] : [[kind === undefined ? name : kind, value]];
      }),
    ) as Record<string, string>;
    expect(numbers).toMatchObject({
      input: "30",
      cache_read: "60",
      cache_write_5m: "9",
      cache_write_1h: "12",
      output: "21",
      gateway_reasoning_tokens_total: "15",
      gateway_tokens_input_total: "111",
      gateway_tokens_output_total: "21",
      gateway_cost_usd_total: "0.999999999",
    });
  });
});
