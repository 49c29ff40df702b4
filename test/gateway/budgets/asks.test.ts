import { randomUUID } from "node:crypto";
import { getEventListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createAsks } from "../../../src-gateway/budgets/asks.ts";
import { createRedisAsks } from "../../../src-gateway/budgets/redis-asks.ts";
import { openRedisLink } from "../../../src-gateway/budgets/redis-link.ts";
import type { BudgetMet } from "../../../src-gateway/budgets/types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { virtualTime } from "../limits/virtual-time.ts";
import { realSchedule } from "./world.ts";

const met: BudgetMet = {
  budget: "b",
  quota: "hard",
  scope: "user",
  value: "ana",
  unit: "usd",
  limit: 10,
  spent: 9,
  held: 0,
  percent: 90,
  action: "ask",
  resetsAtUs: null,
};
const about = { model: "gpt-5" };

describe("a question", () => {
  const ask = (id: string, signal = new AbortController().signal) => ({ id, met, waitMs: 1000, about, signal });

  it("is answered by somebody, once", async () => {
    const time = virtualTime();
    const asks = createAsks({ ...time, board: null });
    const [yes, no] = [asks.open(ask("a")), asks.open(ask("b"))];
    expect((await asks.list()).map(({ id, expiresAtUs }) => [id, expiresAtUs])).toEqual([
      ["a", 1_000_000],
      ["b", 1_000_000],
    ]);
    expect(await asks.answer("a", true)).toBe(true);
    expect(await asks.answer("b", false)).toBe(true);
    expect(await asks.answer("a", false)).toBe(false);
    expect([await yes, await no]).toEqual(["approved", "denied"]);
    expect(await asks.list()).toEqual([]);
    expect(time.pending()).toBe(0);
  });

  it("is over when the time is, and when the client leaves", async () => {
    const time = virtualTime();
    const asks = createAsks({ ...time, board: null });
    const controller = new AbortController();
    const left = asks.open(ask("left", controller.signal));
    const late = asks.open(ask("late"));
    controller.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    time.advance(999);
    expect(await asks.list()).toHaveLength(1);
    time.advance(1);
    expect(await late).toBe("timed-out");
    await expect(asks.open(ask("again", controller.signal))).rejects.toThrow("gone");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(time.pending()).toBe(0);
  });

  it("is answered with no when the gateway stops", async () => {
    const time = virtualTime();
    const asks = createAsks({ ...time, board: null });
    const open = asks.open(ask("a"));
    await asks.stop();
    expect(await open).toBe("denied");
    expect(time.pending()).toBe(0);
  });
});

describe("a question in one of several gateways (needs redis-server)", () => {
  let redis: TestRedis | { skipped: string };
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    if (!("skipped" in redis)) await redis.stop();
  });

  it("is seen and answered in another", async ({ skip }) => {
    if ("skipped" in redis) return skip(redis.skipped);
    const { url } = redis;
    const prefix = `${randomUUID()}:`;
    const open = async () => {
      const link = await openRedisLink({ url, clock: systemClock, schedule: realSchedule, silenceMs: 10_000 });
      await new Promise<void>((ready) => void link.redis.once("ready", () => ready()));
      const board = createRedisAsks(link, () => systemClock.nowUs(), prefix);
      return { link, asks: createAsks({ clock: systemClock, schedule: realSchedule, board }) };
    };
    const [here, there] = [await open(), await open()];
    const question = { met, waitMs: 20_000, about, signal: new AbortController().signal };
    const [first, second] = [here.asks.open({ ...question, id: "1" }), here.asks.open({ ...question, id: "2" })];
    await vi.waitFor(async () => expect(await there.asks.list()).toHaveLength(2));
    expect((await there.asks.list())[0]).toMatchObject({ met, about });
    expect(await there.asks.answer("1", true)).toBe(true);
    expect(await there.asks.answer("1", true)).toBe(false);
    expect(await first).toBe("approved");
    expect(await there.asks.answer("2", false)).toBe(true);
    expect(await second).toBe("denied");
    await vi.waitFor(async () => expect(await there.asks.list()).toEqual([]));
    for (const { link, asks } of [here, there]) {
      await asks.stop();
      link.close();
    }
  });
});
