/**
 * What the ledger costs and how fast it answers, at any number of rows.
 * Run with `node test/bench/ledger.ts [rows] [sqlite file or postgres:// address] [days] [times]`; 1,000,000 rows unless said
 * otherwise. `times` repeats them further and further back, so that a hundred million need no hour: `2000000 FILE 18 50`.
 * A file that has its rows already is only asked. Times are the first, the median and the best of twenty-one, in milliseconds.
 */
import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { sql } from "kysely";
import type { ExchangeRecord } from "../../src-gateway/ir/exchange-record.ts";
import type { UsageQuery } from "../../src-gateway/ledger/types.ts";
import { createUsageReports } from "../../src-gateway/ledger/usage-reports.ts";
import { silentLogger } from "../../src-gateway/lib/logger.ts";
import { createRequestLog } from "../../src-gateway/request-log/request-log.ts";
import { createGroupWriter } from "../../src-gateway/store/group-writer.ts";
import { openStore, type Store } from "../../src-gateway/store/open-store.ts";
import { createPartitions } from "../../src-gateway/store/partitions.ts";
import { completedRecord } from "../support/exchange-records.ts";
import { repeatLedger } from "../support/repeat-ledger.ts";

const DAY_US = 86_400_000_000;
/** How long the rows reach back; with fewer rows fewer days make them as dense. */
const DAYS = Number(process.argv[4] ?? 90);
const TIMES = Number(process.argv[5] ?? 1);
const GROUP = 500;
const END_US = Date.UTC(2026, 10, 21) * 1000;
const START_US = END_US - DAYS * DAY_US;

const rows = Number(process.argv[2] ?? 1_000_000);
const url = process.argv[3] ?? join(mkdtempSync(join(tmpdir(), "ledger-bench-")), "ledger.db");

let state = 1;
/** The same numbers in each run. */
function pick(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state >>> 8) % below;
}
const named = (prefix: string, count: number): string => `${prefix}-${pick(count) + 1}`;

function record(id: number): ExchangeRecord {
  const key = pick(40) + 1;
  const failed = pick(50) === 0;
  const model = named("claude-model-4-5-2025092", 25);
  const provider = named("provider", 8);
  const firstTokenUs = 200_000 + pick(2_000_000);
  return completedRecord(id, {
    userId: (key % 12) + 1,
    apiKeyId: key,
    agent: named("agent/1.0", 8),
    session: `session-${Math.floor(id / 1_800_000_000)}-${key}`,
    project: named("project", 20),
    gitBranch: named("branch", 30),
    modelAsked: model,
    modelRouted: model,
    modelServed: model,
    provider,
    outcome: failed ? "failed" : "completed",
    errorCode: failed ? "provider_error" : null,
    firstTokenUs,
    totalUs: firstTokenUs + pick(20_000_000),
    usage: { ...completedRecord(1).usage, inputUncached: pick(20_000), cacheRead: pick(100_000), output: pick(4_000) },
    attempts: [
      {
        provider,
        model,
        status: 200,
        errorCode: failed ? "provider_error" : null,
        reason: "the route names it first",
        startedUs: 900,
        firstByteUs: 210_000,
        endedUs: null,
      },
    ],
    plan: {
      matched: `the route "claude-*"`,
      targets: [{ provider, model, wire: "anthropic-messages", reason: "the route names it first" }],
      leftOut: [],
      leftOutMore: 0,
      variant: null,
    },
    cost: { nano: pick(500_000_000), priceId: pick(30) + 1, price: { name: "bench" } },
  });
}

async function fill(store: Store): Promise<void> {
  // As they would be there, had a gateway written these rows in their time.
  if (store.dialect === "postgres") await createPartitions(store.db, START_US, END_US);
  const groups = createGroupWriter(store, () => Promise.reject(new Error("a row was refused")));
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const stepUs = Math.floor((DAYS * DAY_US) / rows);
  for (let written = 0; written < rows; ) {
    const group = Array.from({ length: Math.min(GROUP, rows - written) }, (_, n) => ({
      instanceId: 1,
      record: record(START_US + (written + n) * stepUs),
    }));
    await groups.write(group, () => {});
    // The gateway's writer does so too; without it, what SQLite has finished with is never let go.
    await nextTurn();
    written += group.length;
    if (written % 500_000 === 0) process.stderr.write(`${written.toLocaleString("en-US")} rows\n`);
  }
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - started) / 1000;
  print("rows a second", rows / seconds);
  print("CPU µs a row, making the rows included", (cpu.user + cpu.system) / rows);
}

const print = (name: string, value: number | string): void =>
  console.log(`${name.padEnd(46)} ${typeof value === "number" ? value.toFixed(1) : value}`);

async function time(name: string, ask: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < 22; run++) {
    const started = performance.now();
    await ask();
    times.push(performance.now() - started);
  }
  const [first = 0, ...rest] = times;
  const sorted = rest.toSorted((a, b) => a - b);
  const [best = 0, median = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
  print(name, [first, median, best].map((each) => each.toFixed(2)).join(" / "));
}

async function size(store: Store): Promise<number> {
  if (store.dialect === "sqlite") {
    await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
    return statSync(url).size;
  }
  const found = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(store.db);
  return found.rows[0]?.bytes ?? 0;
}

async function measure(store: Store): Promise<void> {
  const reports = createUsageReports(store);
  const log = createRequestLog(store);
  const month: UsageQuery = { fromUs: END_US - 30 * DAY_US - 12_345_678 };
  for (const groupBy of ["day", "model", "key", "user", "provider", "agent", "project", "branch"] as const)
    await time(`spend by ${groupBy}, 30 days`, () => reports.breakdown({ ...month, groupBy }));
  await time("spend by session, 24 hours", () =>
    reports.breakdown({ fromUs: END_US - DAY_US - 12_345_678, groupBy: "session" }),
  );
  await time("spend, 30 days", () => reports.total(month));
  await time("spend, all time", () => reports.total({}));
  await time("spend by hour, 7 days", () =>
    reports.breakdown({ fromUs: END_US - 7 * DAY_US - 12_345_678, groupBy: "hour" }),
  );
  await time("spend by model, 24 hours", () =>
    reports.breakdown({ fromUs: END_US - DAY_US - 12_345_678, groupBy: "model" }),
  );
  await time("spend of a key, 30 days", () => reports.total({ ...month, apiKeyId: 7 }));
  await time("spend of a key by model, 30 days", () => reports.breakdown({ ...month, apiKeyId: 7, groupBy: "model" }));
  await time("spend of a user by day, 30 days", () => reports.breakdown({ ...month, userId: 7, groupBy: "day" }));
  await time("percentiles by model, 30 days", () =>
    reports.latencies({ ...month, groupBy: "model", metric: "first-token-us" }),
  );
  await time("last 100", () => log.list({}));
  await time("last 100 of a key", () => log.list({ apiKeyId: 7 }));
  await time("last 100 of a provider", () => log.list({ provider: "provider-3" }));
  await time("last 100 failures", () => log.list({ failedOnly: true }));
  await time("last 100 of a model", () => log.list({ model: "claude-model-4-5-2025092-3" }));
}

const openedAt = performance.now();
const store = await openStore({ url, log: silentLogger });
print("opening the database, ms", performance.now() - openedAt);
const { n: there = 0 } =
  (await sql<{ n: number }>`select count(*) as n from (select 1 from exchanges limit 1) as one`.execute(store.db))
    .rows[0] ?? {};
if (there === 0) {
  await fill(store);
  // The rows begin and end within a day, so one more keeps the copies off them.
  if (TIMES > 1) await repeatLedger(store, DAYS + 1, TIMES);
}
print("rows", (rows * TIMES).toLocaleString("en-US"));
print("bytes a row, indexes and sums included", (await size(store)) / (rows * TIMES));
await measure(store);
console.log(url);
await store.close();
