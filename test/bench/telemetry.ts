/**
 * What the log's line, the metrics and prom-client in their place cost a request, in turns so that the machine's moods hit all
 * alike.
 *
 *     node_modules/.bin/node test/bench/telemetry.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Counter, Histogram, Registry } from "prom-client";
import { cleanRecord } from "../../src-gateway/compose/clean-record.ts";
import type { ExchangeRecord } from "../../src-gateway/ir/exchange-record.ts";
import { createRedactor } from "../../src-gateway/secrets/redact.ts";
import { accessLine } from "../../src-gateway/telemetry/access-line.ts";
import { createLogger } from "../../src-gateway/telemetry/create-logger.ts";
import { createExchangeMetrics } from "../../src-gateway/telemetry/metrics/exchange-metrics.ts";
import { MetricRegistry } from "../../src-gateway/telemetry/metrics/registry.ts";
import { createOpenRequests } from "../../src-gateway/telemetry/open-requests.ts";
import { completedRecord, FIRST_ID } from "../support/exchange-records.ts";

const ROUNDS = 40;
const PER_ROUND = 5_000;
const folder = mkdtempSync(join(tmpdir(), "gateway-bench-"));
const redactor = createRedactor();
for (let n = 0; n < 10; n++) redactor.add(`sk-some-provider-key-${n}-0123456789abcdef`);
const redact = (text: string): string => redactor.redact(text);
const log = createLogger({ level: "info", file: join(folder, "gateway.log"), redact });
const open = createOpenRequests(redact, { share: 1, followsParent: true });
const arrived = { method: "POST", path: "/v1/messages", headers: {} };
const metrics = createExchangeMetrics(new MetricRegistry(), { maxModels: 200, clean: redact });
const registers = [new Registry()];
const where = ["surface", "provider", "model"];
const theirs = {
  requests: new Counter({ name: "r", help: "r", labelNames: [...where, "outcome", "status", "code"], registers }),
  duration: new Histogram({ name: "d", help: "d", labelNames: where, registers }),
  first: new Histogram({ name: "f", help: "f", labelNames: where, registers }),
  tokens: new Counter({ name: "t", help: "t", labelNames: [...where, "kind"], registers }),
  cost: new Counter({ name: "c", help: "c", labelNames: where, registers }),
  attempts: new Counter({ name: "a", help: "a", labelNames: ["provider", "model", "result"], registers }),
};

const ways: Record<string, (record: ExchangeRecord) => void> = {
  "nothing (the record alone)": () => {},
  metrics: (record) => metrics.closed(record),
  "prom-client in their place": ({ surface, provider, modelRouted, outcome, usage, totalUs, firstTokenUs }) => {
    const labels = { surface, provider: provider ?? "", model: modelRouted ?? "" };
    theirs.requests.inc({ ...labels, outcome, status: "success", code: "200" });
    theirs.duration.observe(labels, (totalUs ?? 0) / 1e6);
    theirs.first.observe(labels, (firstTokenUs ?? 0) / 1e6);
    for (const kind of ["inputUncached", "cacheRead", "cacheWrite5m", "cacheWrite1h", "output", "reasoning"] as const)
      theirs.tokens.inc({ ...labels, kind }, usage[kind]);
    theirs.cost.inc(labels, 0.001);
    theirs.attempts.inc({ provider: labels.provider, model: labels.model, result: "success" });
  },
  "cleaning the record": (record) => void cleanRecord(record, redactor),
  "the log's line": (record) => {
    open.begin(record.id, arrived);
    log.access(accessLine(record, open.take(record.id), Date.now()));
  },
  "metrics and line": (record) => {
    open.begin(record.id, arrived);
    metrics.closed(record);
    log.access(accessLine(record, open.take(record.id), Date.now()));
  },
};

const taken = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, work] of Object.entries(ways)) {
    const from = performance.now();
    for (let n = 0; n < PER_ROUND; n++) work(completedRecord(FIRST_ID + n));
    taken.get(name)?.push(((performance.now() - from) * 1000) / PER_ROUND);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const base = median(taken.get("nothing (the record alone)") ?? []);
for (const [name, values] of taken)
  process.stdout.write(`${name.padEnd(30)} ${(median(values) - base).toFixed(2)} µs a request\n`);
process.stdout.write(`lines lost: ${log.lost()}\n`);
await log.close();
rmSync(folder, { recursive: true, force: true });
