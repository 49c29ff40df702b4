import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { CountStore } from "../../../src-gateway/budgets/counts.ts";
import { MemoryCounts } from "../../../src-gateway/budgets/memory-counts.ts";
import type { Limits, Reservation } from "../../../src-gateway/budgets/types.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { budget, heldClock, named, openRemote, rate, START_MS, testBudgets, tokens } from "./world.ts";

type Step =
  | { do: "reserve"; user: string; amount: number }
  | { do: "settle"; which: number; amount: number }
  | { do: "release"; which: number }
  | { do: "advance"; sec: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("reserve" as const),
      user: fc.constantFrom("ana", "bob"),
      amount: fc.nat(60),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("settle" as const), which: fc.nat(1000), amount: fc.nat(80) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("release" as const), which: fc.nat(1000) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("advance" as const), sec: fc.constantFrom(1, 7, 59, 900, 40_000) }),
  },
);

const DAY_SEC = 86_400;
const ROLLING_SEC = 3_600;
const limits: Limits = {
  budgets: [
    budget({ id: "day", limit: 200 }),
    budget({ id: "hour", per: "global", limit: 150, window: { kind: "rolling", seconds: ROLLING_SEC } }),
    budget({ id: "count", unit: "requests", limit: 9 }),
    budget({ id: "part", kind: "burstable", of: "whole", only: ["ana"], limit: 100, burst: 200 }),
    budget({ id: "whole", per: "global", limit: 300 }),
  ],
  rateLimits: [rate({ per: "user", tokensPerMinute: 120, requestsPerMinute: 4, concurrent: 3 })],
};

interface Entry {
  user: string;
  atSec: number;
  state: "held" | "settled" | "released";
  amount: number;
}

/** Every request that there was, looked through anew each time. */
class NaiveLimits {
  readonly entries: Entry[] = [];
  nowSec = START_MS / 1000;

  used(isCounted: (entry: Entry) => boolean, amountOf: (entry: Entry) => number): number {
    return this.entries
      .filter((entry) => entry.state !== "released" && isCounted(entry))
      .reduce((sum, entry) => sum + amountOf(entry), 0);
  }

  mayReserve(user: string, amount: number): boolean {
    const inSteps = (span: number, stepSec: number) => (entry: Entry) =>
      Math.floor(entry.atSec / stepSec) >= Math.floor(this.nowSec / stepSec) - span / stepSec;
    const isToday = ({ atSec }: Entry): boolean => Math.floor(atSec / DAY_SEC) === Math.floor(this.nowSec / DAY_SEC);
    const mine = (entry: Entry): boolean => entry.user === user;
    const size = (entry: Entry): number => entry.amount;
    const one = (): number => 1;
    const anas = this.used((entry) => entry.user === "ana" && isToday(entry), size);
    const all = this.used(isToday, size);
    const isInAnasPart = user === "ana" && anas + amount <= 100;
    const aside = Math.max(0, 100 - anas - (user === "ana" ? amount : 0));
    const isMinute = inSteps(60, 1);
    return (
      this.used((entry) => mine(entry) && isToday(entry), size) + amount <= 200 &&
      this.used(inSteps(ROLLING_SEC, 60), size) + amount <= 150 &&
      this.used((entry) => mine(entry) && isToday(entry), one) + 1 <= 9 &&
      (user !== "ana" || anas + amount <= 300) &&
      (isInAnasPart || all + aside + amount <= 300) &&
      this.used((entry) => mine(entry) && isMinute(entry), size) + amount <= 120 &&
      this.used((entry) => mine(entry) && isMinute(entry), one) + 1 <= 4 &&
      this.used((entry) => mine(entry) && entry.state === "held", one) + 1 <= 3
    );
  }
}

async function runBoth(counts: CountStore, steps: readonly Step[]): Promise<void> {
  const clock = heldClock();
  const naive = new NaiveLimits();
  const { ask } = testBudgets({ limits, counts, clock });
  const open: { reservation: Reservation; entry: Entry }[] = [];
  for (const each of steps) {
    if (each.do === "advance") {
      clock.ms += each.sec * 1000;
      naive.nowSec += each.sec;
    } else if (each.do === "reserve") {
      const decision = await ask({ user: named(each.user) }, each.amount);
      assert.equal(decision.action === "go", naive.mayReserve(each.user, each.amount));
      if (decision.action !== "go") continue;
      const entry: Entry = { user: each.user, atSec: naive.nowSec, state: "held", amount: each.amount };
      naive.entries.push(entry);
      open.push({ reservation: decision.reservation, entry });
    } else {
      const one = open.splice(each.which % Math.max(1, open.length), 1)[0];
      if (!one) continue;
      one.entry.state = each.do === "settle" ? "settled" : "released";
      if (each.do === "settle") one.entry.amount = each.amount;
      await (each.do === "settle" ? one.reservation.settle(tokens(each.amount)) : one.reservation.release());
    }
  }
}

const anySteps = fc.array(step, { maxLength: 60, size: "max" });

describe("budgets and rate limits do as their naive twin does, whatever happens", () => {
  let redis: TestRedis | { skipped: string };
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    if (!("skipped" in redis)) await redis.stop();
  });

  it("in memory", async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, (steps) => runBoth(new MemoryCounts(), steps)),
      { numRuns: 300 },
    );
  });

  it("in Redis", async ({ skip }) => {
    if ("skipped" in redis) return skip(redis.skipped);
    const { url } = redis;
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const counts = await openRemote(url, heldClock(), `${randomUUID()}:`);
        try {
          await runBoth(counts, steps);
        } finally {
          await counts.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
