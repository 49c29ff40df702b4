import { describe, expect, it } from "vitest";
import { rememberEvents } from "../../../src-gateway/health/event-list.ts";
import { startProber } from "../../../src-gateway/health/prober.ts";
import { healthWorld, target } from "./health-world.ts";

/** Timers that run when a test says so, one at a time. */
function handTimers() {
  const waiting: { ms: number; run: () => void }[] = [];
  return {
    waiting,
    after: (ms: number, run: () => void) => {
      const timer = { ms, run };
      waiting.push(timer);
      return () => void waiting.splice(waiting.indexOf(timer), 1);
    },
    fire: () => waiting.shift()?.run(),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a prober", () => {
  it("finds out that a provider cannot be reached, and when it can again, without any attempt", async () => {
    const health = healthWorld();
    const timers = handTimers();
    const up = new Map([
      ["a", false],
      ["b", true],
    ]);
    const asked: string[] = [];
    const stop = startProber({
      health,
      providers: () => [...up.keys()],
      probe: async (provider) => {
        asked.push(provider);
        if (up.get(provider)) return true;
        throw new Error("connection refused");
      },
      intervalMs: 30_000,
      random: () => 0.5,
      after: timers.after,
    });
    expect(asked).toEqual([]);
    for (let n = 0; n < 3; n++) {
      expect(timers.waiting.map(({ ms }) => ms)).toEqual([31_500]);
      timers.fire();
      await settled();
    }
    expect(asked).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect(health.begin(target("a"))).toBeNull();
    expect(health.begin(target("b"))).not.toBeNull();
    up.set("a", true);
    timers.fire();
    await settled();
    expect(health.begin(target("a"))).not.toBeNull();
    stop();
    expect(timers.waiting).toEqual([]);
  });

  it("does not begin a round before the last one has ended, and learns nothing after it was stopped", async () => {
    const learned: unknown[] = [];
    const timers = handTimers();
    let answer: (isReachable: boolean) => void = () => {};
    const stop = startProber({
      health: { learn: (...what) => void learned.push(what) },
      providers: () => ["a"],
      probe: () => new Promise((resolve) => (answer = resolve)),
      intervalMs: 1_000,
      random: () => 0,
      after: timers.after,
    });
    timers.fire();
    await settled();
    expect(timers.waiting).toEqual([]);
    answer(true);
    await settled();
    expect(learned).toEqual([["a", true]]);
    timers.fire();
    stop();
    answer(false);
    await settled();
    expect(learned).toHaveLength(1);
    expect(timers.waiting).toEqual([]);
  });

  it("forgets a provider that is configured no more", async () => {
    const learned: unknown[] = [];
    const timers = handTimers();
    let configured = ["gone"];
    startProber({
      health: { learn: (...what) => void learned.push(what) },
      providers: () => configured,
      probe: async () => {
        configured = [];
        return false;
      },
      intervalMs: 1_000,
      random: () => 0,
      after: timers.after,
    });
    timers.fire();
    await settled();
    expect(learned).toEqual([]);
  });
});

describe("the last events", () => {
  it("are kept with the time they happened at, two hundred of them", () => {
    const health = healthWorld({ failures: 1 });
    const clock = { nowUs: () => health.nowMs() * 1000, monotonicUs: () => 0 };
    const events = rememberEvents(health, clock);
    for (let n = 0; n < 150; n++) {
      health.learn("a", false);
      health.pass(1);
      health.learn("a", true);
    }
    expect(events()).toHaveLength(200);
    expect(events().slice(-2)).toMatchObject([
      { kind: "down", provider: "a", atUs: health.nowMs() * 1000 - 1000 },
      { kind: "recovered", provider: "a", atUs: health.nowMs() * 1000 },
    ]);
  });
});
