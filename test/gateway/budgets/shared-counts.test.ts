import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openCounts } from "../../../src-gateway/budgets/open-counts.ts";
import type { SharedCounts } from "../../../src-gateway/budgets/shared-counts.ts";
import type { Reservation, SpendDecision } from "../../../src-gateway/budgets/types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { ana, budget, named, onlyBudgets, openShared, rate, realSchedule, testBudgets, tokens } from "./world.ts";

let redis: TestRedis | { skipped: string };
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  if (!("skipped" in redis)) await redis.stop();
});
const opened: SharedCounts[] = [];
afterEach(() => Promise.all(opened.splice(0).map((counts) => counts.close())));

function needRedis(skip: (why: string) => never): TestRedis {
  return "skipped" in redis ? skip(redis.skipped) : redis;
}

type Limits = Parameters<typeof testBudgets>[0]["limits"];

/** Gateways that count together; `ledger` is what they all wrote down. */
async function gateways(
  server: TestRedis,
  count: number,
  limits: Limits,
  { areStrangers = false, ...more }: { silenceMs?: number; areStrangers?: boolean } = {},
) {
  const prefix = `${randomUUID()}:`;
  const ledger = { spent: 0 };
  const all = [];
  for (let n = 0; n < count; n++) {
    const log = recordingLogger();
    let claims = 0;
    const onClaim = (): void => void claims++;
    const counts = await openShared({ url: server.url, clock: systemClock, prefix, log, onClaim, ...more });
    opened.push(counts);
    all.push({
      log,
      shared: counts,
      calls: () => claims,
      ...testBudgets({ limits, counts, spentSince: () => ledger.spent }),
    });
  }
  // Each has to know of the others, who came after it.
  if (!areStrangers) for (const { shared } of all) await shared.beat();
  return { all, ledger };
}

function granted(decision: SpendDecision): Reservation {
  if (decision.action !== "go") throw new Error(`it said ${decision.action}`);
  return decision.reservation;
}

const until = (what: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(what()).toBe(true), { timeout: 10_000, interval: 10 });

describe("three gateways that count in one Redis (needs redis-server)", () => {
  it("never spend more than the limit together, on 500 first requests at once", async ({ skip }) => {
    const { all } = await gateways(needRedis(skip), 3, {
      budgets: [budget({ limit: 1000 })],
      rateLimits: [rate({ per: "user", requestsPerMinute: 150 })],
    });
    let spent = 0;
    await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const decision = await all[n % 3]!.ask({ user: named("never seen") }, 10);
        if (decision.action !== "go") return;
        const used = n === 0 ? 17 : 10;
        await decision.reservation.settle(tokens(used));
        spent += used;
      }),
    );
    expect(spent).toBeGreaterThanOrEqual(990);
    expect(spent).toBeLessThanOrEqual(1007);
    for (const { budgets, shared } of all) {
      expect(shared.mode).toBe("shared");
      expect(await budgets.status().then(([status]) => status?.spent ?? spent)).toBe(spent);
    }
  });

  it("tell a threshold once between them, and see each other's rates", async ({ skip }) => {
    const thresholds = [{ percent: 50, action: "notify" as const }];
    const { all } = await gateways(needRedis(skip), 3, {
      budgets: [budget({ kind: "soft", thresholds })],
      rateLimits: [rate({ per: "user", requestsPerMinute: 30 })],
    });
    const ends = Array.from({ length: 30 }, async (_, n) => granted(await all[n % 3]!.ask(ana, 3)).settle(tokens(3)));
    await Promise.all(ends);
    expect(all.flatMap(({ notices }) => notices.map(({ percent }) => percent))).toEqual([50]);
    for (const { ask } of all) expect((await ask(ana, 1)).action).toBe("slow");
  });
});

describe("a gateway whose Redis is killed (needs redis-server)", () => {
  it("waits on no socket, says so once, keeps to its share, and tells Redis afterwards what it missed", async ({
    skip,
  }) => {
    const server = needRedis(skip);
    const { all, ledger } = await gateways(server, 2, onlyBudgets(budget({ limit: 1000 })));
    const [one, two] = all;
    if (!one || !two) throw new Error("two gateways were opened");
    await granted(await one.ask(ana, 200)).settle(tokens(200));
    ledger.spent = 200;
    const running = granted(await one.ask(ana, 100));
    await server.kill();

    // Silence is not what tells them: that would take ten seconds here.
    const decisions = await Promise.all(Array.from({ length: 100 }, () => one.ask(ana, 10)));
    expect(one.budgets.mode()).toBe("apart");
    const mine = decisions.flatMap((decision) => (decision.action === "go" ? [decision.reservation] : []));
    // 200 were spent and 100 are held: each has half of the 700 that are left.
    expect(mine).toHaveLength(35);
    expect(one.log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    for (const each of mine) await each.settle(tokens(9));
    ledger.spent += mine.length * 9;
    await running.settle(tokens(50));
    ledger.spent += 50;
    const late = granted(await one.ask(ana, 20));

    await until(() => two.shared.mode === "apart");
    // It comes back empty: what was spent is read from the ledger, and what runs is told anew.
    await server.resume();
    await until(() => one.shared.mode === "shared" && two.shared.mode === "shared");
    expect(one.log.text()).toContain("counts are shared");
    expect(await two.ask(ana, 1000 - ledger.spent - 20 + 1)).toMatchObject({
      action: "block",
      met: { spent: ledger.spent, held: 20 },
    });
    const rest = granted(await two.ask(ana, 1000 - ledger.spent - 20));
    await rest.release();
    await late.settle(tokens(5));
    ledger.spent += 5;
    expect(await two.ask(ana, 1001)).toMatchObject({ met: { spent: ledger.spent, held: 0 } });
  });

  it("knows those that came a moment after it", async ({ skip }) => {
    const server = needRedis(skip);
    const limits = onlyBudgets(budget({ limit: 1000 }));
    const { all } = await gateways(server, 2, limits, { areStrangers: true });
    const [first] = all;
    if (!first) throw new Error("two gateways were opened");
    // It is told of them within a second, and not with the next of the beats that come every five.
    await vi.waitFor(() => expect(first.shared.gateways).toBe(2), { timeout: 3_000, interval: 20 });
    await server.kill();
    const decisions = await Promise.all(Array.from({ length: 100 }, () => first.ask(ana, 10)));
    expect(decisions.filter(({ action }) => action === "go")).toHaveLength(50);
    await server.resume();
  });

  it("tells a Redis that kept its data what was spent meanwhile, and nothing twice", async ({ skip }) => {
    const server = needRedis(skip);
    const { all, ledger } = await gateways(server, 2, onlyBudgets(budget({ limit: 1000 })), { silenceMs: 50 });
    const [one, two] = all;
    if (!one || !two) throw new Error("two gateways were opened");
    await granted(await one.ask(ana, 100)).settle(tokens(100));
    const [running, other] = [granted(await one.ask(ana, 70)), granted(await two.ask(ana, 40))];
    server.freeze();
    // These reach Redis, which reads them when it wakes.
    const asked = await Promise.all(Array.from({ length: 5 }, () => one.ask(ana, 10)));
    expect(one.budgets.mode()).toBe("apart");
    const callsBefore = one.calls();
    const more = await Promise.all(Array.from({ length: 100 }, () => one.ask({ user: named("bob") }, 1)));
    expect(one.calls()).toBe(callsBefore);
    for (const decision of more) await granted(decision).release();
    for (const decision of asked) await granted(decision).settle(tokens(8));
    await running.settle(tokens(60));
    const late = granted(await one.ask(ana, 30));
    ledger.spent = 200;
    server.wake();
    await until(() => one.shared.mode === "shared" && two.shared.mode === "shared");
    expect(await two.ask(ana, 1001)).toMatchObject({ met: { spent: 200, held: 70 } });
    await late.settle(tokens(1));
    await other.settle(tokens(2));
    expect(await one.ask(ana, 1001)).toMatchObject({ met: { spent: 203, held: 0 } });
  });

  it("starts without it, and counts alone until it is there", async ({ skip }) => {
    const server = needRedis(skip);
    await server.kill();
    const log = recordingLogger();
    const starting = openShared({ url: server.url, clock: systemClock, prefix: "x:", log, startMs: 0 });
    const counts = await starting;
    opened.push(counts);
    const { ask } = testBudgets({ limits: onlyBudgets(budget()), counts, spentSince: () => 95 });
    expect((await ask(ana, 6)).action).toBe("block");
    const held = granted(await ask(ana, 5));
    expect(log.text()).toContain("Redis is not there");
    await server.resume();
    await until(() => counts.mode === "shared");
    expect(await ask(ana, 1)).toMatchObject({ action: "block", met: { spent: 95, held: 5 } });
    await held.release();
  });
});

describe("counts as they are opened", () => {
  const options = { redisWaitMs: 1_000, gateway: randomUUID(), clock: systemClock, schedule: realSchedule };

  it("are in memory where no Redis is named", async () => {
    const { counts, asks } = await openCounts({ ...options, redisUrl: null, log: recordingLogger() });
    expect(counts.mode).toBeUndefined();
    expect(await asks.list()).toEqual([]);
    await counts.close();
  });

  it("are shared where one is (needs redis-server)", async ({ skip }) => {
    const { url } = needRedis(skip);
    const { counts, asks } = await openCounts({ ...options, redisUrl: url, log: recordingLogger() });
    expect(counts.mode).toBe("shared");
    expect(await asks.list()).toEqual([]);
    await counts.close();
  });
});

describe("what a gateway held that ended without a word (needs redis-server)", () => {
  it("is given back when nobody has renewed it", async ({ skip }) => {
    const server = needRedis(skip);
    const prefix = `${randomUUID()}:`;
    const clock = { ...systemClock, skewUs: 0, nowUs: () => systemClock.nowUs() + clock.skewUs };
    const [dead, alive] = [
      await openShared({ url: server.url, clock, prefix }),
      await openShared({ url: server.url, clock, prefix }),
    ];
    opened.push(alive);
    const limits = { budgets: [], rateLimits: [rate({ per: "user", concurrent: 1 })] };
    granted(await testBudgets({ limits, counts: dead }).ask(ana, 1));
    const { ask } = testBudgets({ limits, counts: alive });
    await dead.close();
    await alive.beat();
    expect((await ask(ana, 1)).action).toBe("slow");
    clock.skewUs = 61_000_000;
    await alive.beat();
    granted(await ask(ana, 1));
  });
});
