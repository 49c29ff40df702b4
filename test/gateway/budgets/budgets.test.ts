import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CountStore } from "../../../src-gateway/budgets/counts.ts";
import { MemoryCounts } from "../../../src-gateway/budgets/memory-counts.ts";
import { SharedCounts } from "../../../src-gateway/budgets/shared-counts.ts";
import type { Reservation, SpendDecision } from "../../../src-gateway/budgets/types.ts";
import type { Clock } from "../../../src-gateway/lib/clock.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import {
  ana,
  block,
  budget,
  heldClock,
  named,
  onlyBudgets,
  openRemote,
  openShared,
  rate,
  START_MS,
  testBudgets,
  tokens,
} from "./world.ts";

let redis: TestRedis | { skipped: string };
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  if (!("skipped" in redis)) await redis.stop();
});

const opened: CountStore[] = [];
afterEach(async () => {
  const lost = opened.filter((counts) => counts instanceof SharedCounts && counts.mode !== "shared");
  await Promise.all(opened.splice(0).map((counts) => counts.close()));
  assert.equal(lost.length, 0, "a gateway that could count together counted alone");
});

const KINDS = ["memory", "redis", "shared"] as const;

async function open(kind: (typeof KINDS)[number], clock: Clock, skip: (why: string) => never): Promise<CountStore> {
  if (kind === "memory") return new MemoryCounts();
  if ("skipped" in redis) return skip(redis.skipped);
  const prefix = `${randomUUID()}:`;
  const counts =
    kind === "redis" ? await openRemote(redis.url, clock, prefix) : await openShared({ url: redis.url, clock, prefix });
  opened.push(counts);
  return counts;
}

function granted(decision: SpendDecision): Reservation {
  if (decision.action !== "go") throw new Error(`it said ${decision.action}`);
  return decision.reservation;
}

describe.each(KINDS)("budgets counted in %s", (kind) => {
  it("hold what is estimated, and keep what was used", async ({ skip }) => {
    const clock = heldClock();
    const { ask, budgets } = testBudgets({
      limits: onlyBudgets(budget()),
      clock,
      counts: await open(kind, clock, skip),
    });
    const first = granted(await ask(ana, 60));
    expect(await ask(ana, 41)).toMatchObject({
      action: "block",
      reason: "limit",
      met: { spent: 0, held: 60, limit: 100, percent: 100, value: "ana", resetsAtUs: Date.UTC(2026, 10, 19) * 1000 },
    });
    const second = granted(await ask(ana, 40));
    await first.settle(tokens(10));
    await first.settle(tokens(90));
    await first.release();
    expect(await budgets.status()).toMatchObject([{ spent: 10, held: 40, limit: 100, value: "ana" }]);
    await second.release();
    granted(await ask(ana, 90));
    expect((await ask(ana, 1)).action).toBe("block");
  });

  it("count each value alone, and only those that they are for", async ({ skip }) => {
    const clock = heldClock();
    const limits = onlyBudgets(budget({ only: ["a*", "Bob"] }));
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    granted(await ask(ana, 100));
    granted(await ask({ user: named("bob") }, 100));
    granted(await ask({ user: named("carl") }, 1_000));
    granted(await ask({}, 1_000));
    expect((await ask({ user: named("BOB") }, 1)).action).toBe("block");
  });

  it("hold all of a request's budgets or none", async ({ skip }) => {
    const clock = heldClock();
    const limits = onlyBudgets(budget({ limit: 100 }), budget({ id: "all", per: "global", limit: 150 }));
    const { ask, budgets } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    granted(await ask(ana, 100));
    expect(await ask({ user: named("bob") }, 60)).toMatchObject({ action: "block", met: { budget: "all" } });
    granted(await ask({ user: named("bob") }, 50));
    const held = (await budgets.status()).map((each) => `${each.budget} ${each.value} ${each.held}`);
    expect(new Set(held)).toEqual(new Set(["all  150", "b ana 100", "b bob 50"]));
  });

  it("go on from what the ledger has, and keep what is reserved while it is read", async ({ skip }) => {
    const clock = heldClock();
    const counts = await open(kind, clock, skip);
    const { ask, queries } = testBudgets({ limits: onlyBudgets(budget()), clock, counts, spentSince: () => 70 });
    const decisions = await Promise.all(Array.from({ length: 5 }, () => ask(ana, 10)));
    expect(decisions.map(({ action }) => action).toSorted()).toEqual(["block", "block", "go", "go", "go"]);
    // Those whose answer from Redis was still on its way may ask the ledger once more, to no effect.
    expect(queries.length).toBeLessThanOrEqual(kind === "memory" ? 1 : 5);
    const query = { scope: "user", id: "ana", name: "ana", unit: "tokens", fromUs: Date.UTC(2026, 10, 18) * 1000 };
    expect(queries).toEqual(queries.map(() => query));
  });

  it("never let 500 first requests at once spend more than the limit", async ({ skip }) => {
    const counts = await open(kind, heldClock(), skip);
    const { ask, budgets } = testBudgets({ limits: onlyBudgets(budget({ limit: 1000 })), counts, clock: heldClock() });
    let spent = 0;
    const decisions = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const decision = await ask({ user: named("never seen") }, 7 + (n % 5));
        if (decision.action !== "go") return false;
        // One of them needs three more than was estimated.
        const used = 7 + (n % 5) + (n === 3 ? 3 : 0);
        await decision.reservation.settle(tokens(used));
        spent += used;
        return true;
      }),
    );
    expect(decisions.filter(Boolean).length).toBeGreaterThan(80);
    expect(spent).toBeGreaterThan(980);
    expect(spent).toBeLessThanOrEqual(1003);
    expect(await budgets.status()).toMatchObject([{ spent, held: 0 }]);
  });

  it("begin anew with the window, and count a request in the window that it arrived in", async ({ skip }) => {
    const clock = heldClock(Date.UTC(2026, 10, 18, 22, 59, 59));
    const limits = onlyBudgets(budget({ window: { kind: "day", timeZone: "Europe/Berlin" } }));
    const { ask, budgets } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    const late = granted(await ask(ana, 100));
    expect((await ask(ana, 1)).action).toBe("block");
    clock.ms += 1000;
    granted(await ask(ana, 100));
    await late.settle(tokens(500));
    expect(await budgets.status()).toMatchObject([
      {
        spent: 0,
        held: 100,
        startsAtUs: Date.UTC(2026, 10, 18, 23) * 1000,
        resetsAtUs: Date.UTC(2026, 10, 19, 23) * 1000,
      },
    ]);
  });

  it("forget in a rolling window what is older than it", async ({ skip }) => {
    const clock = heldClock();
    const limits = onlyBudgets(budget({ window: { kind: "rolling", seconds: 3600 } }));
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    await granted(await ask(ana, 60)).settle(tokens(60));
    clock.ms += 30 * 60_000;
    await granted(await ask(ana, 40)).settle(tokens(40));
    // The first one leaves after an hour and one step of a minute.
    expect(await ask(ana, 50)).toMatchObject({ action: "block", met: { resetsAtUs: (START_MS + 61 * 60_000) * 1000 } });
    clock.ms = START_MS + 61 * 60_000 - 1;
    expect((await ask(ana, 50)).action).toBe("block");
    clock.ms++;
    granted(await ask(ana, 60));
    expect((await ask(ana, 1)).action).toBe("block");
  });

  it("read a rolling window from the ledger so that nothing is forgotten too soon", async ({ skip }) => {
    const clock = heldClock();
    const limits = onlyBudgets(budget({ window: { kind: "rolling", seconds: 3600 } }));
    const rows: [atMs: number, amount: number][] = [
      [START_MS - 3_000_000, 50],
      [START_MS - 600_000, 30],
    ];
    const spentSince = ({ fromUs }: { fromUs: number }): number =>
      rows.reduce((sum, [atMs, amount]) => (atMs * 1000 >= fromUs ? sum + amount : sum), 0);
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip), spentSince });
    expect((await ask(ana, 21)).action).toBe("block");
    // The first has left by now, however coarsely the ledger was read, and the second cannot have.
    clock.ms = START_MS + 16 * 60_000;
    expect((await ask(ana, 71)).action).toBe("block");
    granted(await ask(ana, 70));
  });

  it("tell each threshold once in a window", async ({ skip }) => {
    const clock = heldClock();
    const notify = [80, 95, 100].map((percent) => ({ percent, action: "notify" as const }));
    const limits = onlyBudgets(budget({ kind: "pool", per: "global", thresholds: [...notify, block] }));
    const { ask, notices } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    const told = (): number[] => notices.splice(0).map(({ percent }) => percent);
    await granted(await ask(ana, 79)).settle(tokens(79));
    expect(told()).toEqual([]);
    await granted(await ask(ana, 16)).settle(tokens(16));
    expect(told()).toEqual([80, 95]);
    await granted(await ask(ana, 1)).settle(tokens(1));
    expect(told()).toEqual([]);
    // Nothing more can be spent, so this is the moment to say that it is used up.
    expect((await ask(ana, 10)).action).toBe("block");
    expect(told()).toEqual([100, 100]);
    expect((await ask(ana, 10)).action).toBe("block");
    expect(told()).toEqual([]);
    clock.ms += 86_400_000;
    await granted(await ask(ana, 85)).settle(tokens(85));
    expect(told()).toEqual([80]);
  });

  it("warn, go to another model, ask, and block, each when it is reached and the strongest first", async ({ skip }) => {
    const clock = heldClock();
    const thresholds = [
      { percent: 50, action: "warn" as const },
      { percent: 60, action: "downgrade" as const, to: "small" },
      { percent: 80, action: "ask" as const, waitMs: 5 },
      block,
    ];
    const { ask } = testBudgets({
      limits: onlyBudgets(budget({ thresholds })),
      clock,
      counts: await open(kind, clock, skip),
    });
    expect(await ask(ana, 49)).toMatchObject({ action: "go", warnings: [] });
    expect(await ask(ana, 2)).toMatchObject({ action: "go", warnings: [{ percent: 50, spent: 0, held: 49 }] });
    expect(await ask(ana, 10)).toMatchObject({ action: "downgrade", to: "small", met: { percent: 60 } });
    expect(await ask(ana, 30)).toMatchObject({ action: "ask", waitMs: 5, met: { percent: 80 } });
    expect(await ask(ana, 50)).toMatchObject({ action: "block", met: { percent: 100 } });
    expect(await ask(ana, 49, { passed: ["b"] })).toMatchObject({ action: "go" });
    expect(await ask(ana, 1, { passed: ["b"] })).toMatchObject({ action: "block" });
  });

  it("set parts aside for those who have them reserved, and let others burst into what is left", async ({ skip }) => {
    const clock = heldClock();
    const shared = budget({ id: "all", per: "global", limit: 100 });
    const anas = budget({ id: "anas", kind: "reserved", of: "all", only: ["ana"], limit: 40 });
    const bobs = budget({ id: "bobs", kind: "burstable", of: "all", only: ["bob"], limit: 20, burst: 30 });
    const { ask } = testBudgets({
      limits: onlyBudgets(shared, anas, bobs),
      clock,
      counts: await open(kind, clock, skip),
    });
    const [bob, carl] = [{ user: named("bob") }, { user: named("carl") }];
    // 60 are set aside, so nobody else can have more than 40.
    expect(await ask(carl, 41)).toMatchObject({ action: "block", met: { budget: "all" } });
    expect(await ask(bob, 51)).toMatchObject({ action: "block", met: { budget: "bobs" } });
    granted(await ask(carl, 15));
    granted(await ask(bob, 45));
    expect(await ask(carl, 1)).toMatchObject({ action: "block", met: { budget: "all" } });
    expect(await ask(bob, 1)).toMatchObject({ action: "block", met: { budget: "all" } });
    granted(await ask(ana, 40));
    expect((await ask(ana, 1)).action).toBe("block");
  });

  it("have another limit at other times", async ({ skip }) => {
    const clock = heldClock(Date.UTC(2026, 10, 18, 20, 59));
    const schedule = [{ time: [{ fromMinute: 22 * 60, toMinute: 6 * 60 }], limit: 500 }];
    const limits = onlyBudgets(budget({ schedule, timeZone: "Europe/Berlin" }));
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    expect((await ask(ana, 200)).action).toBe("block");
    clock.ms += 60_000;
    granted(await ask(ana, 200));
  });

  it("count what runs already when they are new, and keep their counts when others change", async ({ skip }) => {
    const clock = heldClock();
    const old = budget();
    const { ask, budgets } = testBudgets({ limits: onlyBudgets(old), clock, counts: await open(kind, clock, skip) });
    await granted(await ask(ana, 30)).settle(tokens(30));
    const running = granted(await ask(ana, 20));
    await budgets.configure(onlyBudgets({ ...old, limit: 60 }, budget({ id: "new", per: "global", limit: 50 })));
    expect(await ask(ana, 11)).toMatchObject({ met: { budget: "b", spent: 30, held: 20 } });
    expect(await ask({ user: named("bob") }, 31)).toMatchObject({ met: { budget: "new", spent: 0, held: 20 } });
    await running.settle(tokens(25));
    expect(await ask({ user: named("bob") }, 26)).toMatchObject({ met: { budget: "new", spent: 25, held: 0 } });
  });

  it("are read from the ledger anew when prices were corrected, and keep what runs", async ({ skip }) => {
    const clock = heldClock();
    let spent = 100;
    const counts = await open(kind, clock, skip);
    const { ask, budgets } = testBudgets({ limits: onlyBudgets(budget()), clock, counts, spentSince: () => spent });
    expect((await ask(ana, 1)).action).toBe("block");
    spent = 10;
    await budgets.recount();
    granted(await ask(ana, 40));
    await budgets.recount();
    expect(await ask(ana, 60)).toMatchObject({ action: "block", met: { spent: 10, held: 40 } });
  });

  it("take every estimate, and stay whole", async ({ skip }) => {
    const clock = heldClock();
    const { ask, budgets } = testBudgets({
      limits: onlyBudgets(budget()),
      clock,
      counts: await open(kind, clock, skip),
    });
    expect((await ask(ana, Number.POSITIVE_INFINITY)).action).toBe("block");
    for (const odd of [Number.NaN, -5, 0]) await granted(await ask(ana, odd)).settle(tokens(odd));
    await granted(await ask(ana, 0.1)).settle(tokens(98.5));
    expect(await budgets.status()).toMatchObject([{ spent: 99, held: 0 }]);
    granted(await ask(ana, 1));
    expect((await ask(ana, 1)).action).toBe("block");
  });

  it("are not met by what has no price, unless they say so", async ({ skip }) => {
    const clock = heldClock();
    const usd = budget({ unit: "usd" });
    const { budgets } = testBudgets({ limits: onlyBudgets(usd), clock, counts: await open(kind, clock, skip) });
    const unknown = { subject: ana, stage: "request", estimate: { costNano: null, tokens: 1_000_000 } } as const;
    granted(await budgets.reserve(unknown));
    await budgets.configure(onlyBudgets({ ...usd, unpriced: "block" }));
    expect(await budgets.reserve(unknown)).toMatchObject({ action: "block", reason: "unpriced" });
  });
});

describe.each(KINDS)("rate limits counted in %s", (kind) => {
  it("count requests of the last minute, and say when the next one fits", async ({ skip }) => {
    const clock = heldClock();
    const limits = { budgets: [], rateLimits: [rate({ requestsPerMinute: 2 })] };
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    const first = await ask(ana, 1);
    expect(first).toMatchObject({ action: "go", rates: [{ limit: 2, remaining: 1, resetMs: 61_000 }] });
    await granted(first).settle(tokens(1));
    clock.ms += 10_000;
    await granted(await ask(ana, 1)).settle(tokens(1));
    expect(await ask(ana, 1)).toMatchObject({
      action: "slow",
      retryAfterMs: 51_000,
      rate: { unit: "requests", remaining: 0, resetMs: 61_000 },
    });
    granted(await ask({ ...ana, key: named("k2") }, 1));
    clock.ms += 50_999;
    expect((await ask(ana, 1)).action).toBe("slow");
    clock.ms++;
    granted(await ask(ana, 1));
  });

  it("give back what was not used, to the last token", async ({ skip }) => {
    const clock = heldClock();
    const limits = { budgets: [], rateLimits: [rate({ tokensPerMinute: 1000, requestsPerMinute: 2 })] };
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    const big = granted(await ask(ana, 1000));
    expect(await ask(ana, 1)).toMatchObject({ action: "slow", rate: { unit: "tokens" } });
    clock.ms += 5_000;
    await big.settle(tokens(123));
    const rest = await ask(ana, 877);
    expect(rest).toMatchObject({
      action: "go",
      rates: [
        { unit: "requests", remaining: 0 },
        { unit: "tokens", remaining: 0 },
      ],
    });
    await granted(rest).release();
    granted(await ask(ana, 877));
    expect(await ask(ana, 1001)).toMatchObject({ action: "slow", retryAfterMs: null });
  });

  it("count those that run at once, until they end", async ({ skip }) => {
    const clock = heldClock();
    const limits = { budgets: [], rateLimits: [rate({ per: "address", concurrent: 2 })] };
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    const from = { address: named("10.0.0.1") };
    const first = granted(await ask(from, 1));
    granted(await ask(from, 1));
    clock.ms += 10 * 60_000;
    expect(await ask(from, 1)).toMatchObject({ action: "slow", rate: { unit: "concurrent", remaining: 0 } });
    await first.settle(tokens(1));
    granted(await ask(from, 1));
  });

  it("for a provider are asked when one is tried, and hold nothing of what a budget refuses", async ({ skip }) => {
    const clock = heldClock();
    const limits = {
      budgets: [budget({ per: "provider", limit: 5 })],
      rateLimits: [rate({ per: "provider", requestsPerMinute: 1 })],
    };
    const { ask } = testBudgets({ limits, clock, counts: await open(kind, clock, skip) });
    const groq = { ...ana, provider: named("groq") };
    expect(await ask(groq, 100)).toMatchObject({ action: "go", rates: [] });
    expect(await ask(groq, 6, { stage: "target" })).toMatchObject({ action: "block" });
    expect(await ask(groq, 5, { stage: "target" })).toMatchObject({ action: "go", rates: [{ remaining: 0 }] });
  });
});
