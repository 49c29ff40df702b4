import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../src-gateway/lib/hash-bytes.ts";
import { createRunawayGuard } from "../../../src-gateway/runaway/guard.ts";
import type { RunawayLimits, RunawayQuestion } from "../../../src-gateway/runaway/types.ts";
import { headerOf, pauseSentence, recordText } from "../../../src-gateway/runaway/words.ts";
import { circlingBody, type Step, scanned, step } from "../../support/circling-agents.ts";

const A = step("npm test", "1 failed");
const B = step("cat a.ts", "const a = 1;");
const again = (times: number, ...steps: Step[]): Step[] => Array.from({ length: times }, () => steps).flat();

function world(limits: Partial<RunawayLimits> = {}) {
  let nowUs = 1_000_000;
  const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
  const guard = createRunawayGuard({
    clock,
    hash: sha256Hex,
    limits: { mode: "pause", repeats: [3, 4, 5], tokensPerMinute: 0, ...limits },
  });
  const asked = (steps: Step[], conversation: string | null = "one"): RunawayQuestion => ({
    wire: "anthropic-messages",
    body: scanned(circlingBody("anthropic-messages", steps)),
    runner: { userId: 1, agent: "lab/1", session: "s", project: null, model: "m" },
    conversation: () => conversation,
  });
  return {
    guard,
    asked,
    check: (steps: Step[], conversation?: string | null) => guard.check(asked(steps, conversation)),
    pass: (seconds: number) => {
      nowUs += seconds * 1_000_000;
    },
  };
}

describe("an agent that runs in circles", () => {
  it("is warned at three, throttled at four and paused at five", () => {
    const { check } = world();
    expect([1, 2, 3, 4, 5, 6].map((times) => check(again(times, A))?.level ?? null)).toEqual([
      null,
      null,
      "warn",
      "throttle",
      "pause",
      "pause",
    ]);
  });

  it("is treated no worse than the operator wants, and waits longer each time", () => {
    const levels = (mode: RunawayLimits["mode"]) =>
      [3, 4, 9].map((times) => world({ mode }).check(again(times, A))?.level);
    expect(levels("off")).toEqual([undefined, undefined, undefined]);
    expect(levels("warn")).toEqual(["warn", "warn", "warn"]);
    expect(levels("throttle")).toEqual(["warn", "throttle", "throttle"]);
    const waits = [4, 5, 6, 7, 30].map((times) => world({ mode: "throttle" }).check(again(times, A))?.waitMs);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 60_000]);
  });

  it("keeps to other thresholds", () => {
    const { check } = world({ repeats: [2, 6, 8] });
    expect([2, 6, 8].map((times) => check(again(times, A))?.level)).toEqual(["warn", "throttle", "pause"]);
  });

  it("has one name, wherever in its circle it is and whichever gateway looks", () => {
    const one = world().check(again(3, A, B));
    expect(one?.period).toBe(2);
    expect(world().check([...again(3, A, B), A])?.id).toBe(one?.id);
    expect(world().check(again(3, A, B), "two")?.id).not.toBe(one?.id);
    expect(world().check(again(3, A))?.id).not.toBe(one?.id);
  });

  it("is paused again only when it repeats as often once more after somebody has resumed it", () => {
    const { guard, check } = world();
    const paused = check(again(5, A));
    expect(guard.list()).toMatchObject([{ id: paused?.id, level: "pause", count: 5, agent: "lab/1", requests: 1 }]);
    expect(guard.resume("rw_000000000000")).toBeNull();
    expect(guard.resume(paused?.id ?? "")).toMatchObject({ count: 5 });
    expect(guard.list()).toEqual([]);
    expect([5, 6, 7, 8, 9, 10].map((times) => check(again(times, A))?.level ?? null)).toEqual([
      null,
      null,
      null,
      "warn",
      "throttle",
      "pause",
    ]);
    // And it can be resumed as often as somebody likes.
    guard.resume(paused?.id ?? "");
    expect(check(again(14, A))?.level).toBe("throttle");
  });

  it("is forgotten, with what was allowed it, when a person speaks", () => {
    const { guard, check } = world();
    guard.resume(check(again(5, A))?.id ?? "");
    const told = [...again(4, A), { ...A, person: "Look at b.ts." }];
    expect(check(told)).toBeNull();
    expect(guard.list()).toEqual([]);
    expect(check([...told, ...again(4, A)])?.level).toBe("throttle");
  });

  it("does not forgive a second circle what was forgiven the first", () => {
    const { guard, check } = world();
    guard.resume(check(again(5, A))?.id ?? "");
    expect(check([...again(5, A), B, ...again(4, A)])?.level).toBe("throttle");
  });

  it("says what happened and how to go on", () => {
    const paused = world().check(again(5, A));
    if (!paused) throw new Error("it was not paused");
    expect(pauseSentence(paused)).toContain(`gateway runaway resume ${paused.id}`);
    expect(pauseSentence(paused)).toContain("5 times");
    expect(headerOf(paused)).toBe(`pause; kind=repeated-calls; count=5; id=${paused.id}`);
    expect(recordText(paused)).toBe("pause repeated-calls 5");
  });

  it("is listed for ten minutes, and for a day when it is paused", () => {
    const { guard, check, pass } = world();
    check(again(3, A), "slow");
    check(again(5, A), "stopped");
    expect(guard.list()).toHaveLength(2);
    pass(700);
    expect(guard.list().map(({ level }) => level)).toEqual(["pause"]);
    pass(90_000);
    expect(guard.list()).toEqual([]);
  });
});

describe("tokens of one conversation within a minute", () => {
  it("warn, throttle and pause as they grow, and leave others alone", () => {
    const { guard, check, asked, pass } = world({ tokensPerMinute: 1000 });
    const levels: unknown[] = [];
    for (const tokens of [900, 200, 500, 600]) {
      guard.settle(asked([A]), tokens);
      levels.push(check([A])?.level ?? null);
      pass(10);
    }
    expect(levels).toEqual([null, "warn", "throttle", "pause"]);
    expect(check([A], "two")).toBeNull();
    expect(check([A])?.kind).toBe("token-velocity");
    // The first nine hundred are over.
    pass(21);
    expect(check([A])?.level).toBe("warn");
    pass(60);
    expect(check([A])).toBeNull();
  });

  it("wait until there are few enough of them", () => {
    const { guard, check, asked, pass } = world({ tokensPerMinute: 1000, mode: "throttle" });
    guard.settle(asked([A]), 800);
    pass(20);
    guard.settle(asked([A]), 900);
    pass(10);
    expect(check([A])).toMatchObject({ level: "throttle", count: 1700, waitMs: 30_000 });
  });

  it("are forgotten when a person speaks, or somebody resumes it", () => {
    const { guard, check, asked } = world({ tokensPerMinute: 1000 });
    guard.settle(asked([A]), 5000);
    expect(check([{ ...A, person: "Go on." }])).toBeNull();
    expect(check([A])).toBeNull();
    guard.settle(asked([A]), 5000);
    const paused = check([A]);
    expect(paused?.level).toBe("pause");
    guard.resume(paused?.id ?? "");
    expect(check([A])).toBeNull();
  });
});
