import { describe, expect, it } from "vitest";
import { createThrottle } from "../../../src-gateway/sign-in/throttle.ts";

function start() {
  let nowMs = 1_000;
  const clock = { nowUs: () => nowMs * 1_000, monotonicUs: () => nowMs * 1_000 };
  const limits = { free: 3, baseMs: 1_000, maxMs: 8_000, forgetMs: 60_000 };
  return { throttle: createThrottle(clock, limits), pass: (ms: number) => void (nowMs += ms) };
}

describe("a throttle", () => {
  it("lets the first attempts go, and then asks for pauses that double up to the longest", () => {
    const { throttle, pass } = start();
    for (let n = 0; n < 3; n++) expect(throttle.take(["a"])).toBeNull();
    const pauses: number[] = [];
    for (let n = 0; n < 5; n++) {
      const pause = throttle.take(["a"]) ?? 0;
      pauses.push(pause);
      pass(pause);
      expect(throttle.take(["a"])).toBeNull();
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it("does not make the pause longer for those who ask in it, and says how much of it is left", () => {
    const { throttle, pass } = start();
    for (let n = 0; n < 3; n++) throttle.take(["a"]);
    pass(400);
    expect(throttle.take(["a"])).toBe(600);
    expect(throttle.take(["a"])).toBe(600);
    pass(600);
    expect(throttle.take(["a"])).toBeNull();
  });

  it("counts each key alone, and the slowest decides", () => {
    const { throttle } = start();
    for (let n = 0; n < 3; n++) throttle.take(["a"]);
    expect(throttle.take(["b"])).toBeNull();
    expect(throttle.take(["a", "c"])).toBe(1_000);
    for (let n = 0; n < 3; n++) expect(throttle.take(["c"])).toBeNull();
  });

  it("forgets after a while, and what was forgiven", () => {
    const { throttle, pass } = start();
    for (let n = 0; n < 20; n++) {
      expect(throttle.take(["good"])).toBeNull();
      throttle.forgive(["good"]);
    }
    for (let n = 0; n < 3; n++) throttle.take(["a"]);
    expect(throttle.take(["a"])).toBe(1_000);
    pass(60_000);
    for (let n = 0; n < 3; n++) expect(throttle.take(["a"])).toBeNull();
  });
});
