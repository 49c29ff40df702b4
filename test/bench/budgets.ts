/**
 * What a reservation adds to a request: counted in memory, in Redis, and while Redis is dead or silent.
 *
 *     node_modules/.bin/node test/bench/budgets.ts
 */
import { MemoryCounts } from "../../src-gateway/budgets/memory-counts.ts";
import { systemClock } from "../../src-gateway/lib/clock.ts";
import { ana, budget, openShared, rate, type TestBudgets, testBudgets, tokens } from "../gateway/budgets/world.ts";
import { startRedis } from "../support/redis.ts";

const SILENCE_MS = 3;
const limits = {
  budgets: [
    budget({ id: "user", limit: 1e15 }),
    budget({ id: "all", per: "global", limit: 1e15 }),
    budget({ id: "rolling", limit: 1e15, window: { kind: "rolling", seconds: 18_000 } }),
  ],
  rateLimits: [rate({ requestsPerMinute: 1e9, tokensPerMinute: 1e12, concurrent: 1e6 })],
};

async function measure(name: string, { ask }: TestBudgets, rounds = 5_000): Promise<void> {
  const waits: number[] = [];
  for (let n = 0; n < rounds; n++) {
    const from = performance.now();
    const decision = await ask(ana, 100);
    waits.push(performance.now() - from);
    if (decision.action === "go") await decision.reservation.settle(tokens(50));
  }
  waits.sort((a, b) => a - b);
  const at = (share: number): string => `${waits[Math.floor((rounds - 1) * share)]?.toFixed(3)} ms`;
  process.stdout.write(`${name.padEnd(28)} p50 ${at(0.5)}   p99 ${at(0.99)}   worst ${at(1)}\n`);
}

await measure("memory", testBudgets({ limits, counts: new MemoryCounts() }));
const server = await startRedis();
if ("skipped" in server) process.stdout.write(`${server.skipped}\n`);
else {
  const counts = await openShared({ url: server.url, clock: systemClock, prefix: "bench:", silenceMs: SILENCE_MS });
  const shared = testBudgets({ limits, counts });
  await measure("Redis", shared);
  server.freeze();
  await measure("Redis, silent from the first", shared);
  server.wake();
  await server.kill();
  await measure("Redis, killed", shared);
  await counts.close();
  await server.stop();
}
