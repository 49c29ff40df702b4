import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TimeLimits } from "../../../src-gateway/lib/time-limits.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Turns of the event loop come and go meanwhile. */
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it("says when each has run out, and nothing of those that were lifted", async () => {
  const said: string[] = [];
  const limits = new TimeLimits<string>((name) => said.push(name), Date.now);
  const first = limits.set(100, "first");
  limits.set(300, "long");
  await pass(40);
  limits.set(100, "second");
  const third = limits.set(100, "third");
  await pass(40);
  first.lift();
  await pass(40);
  third.lift();
  expect(said).toEqual([]);
  await pass(25);
  expect(said).toEqual(["second"]);
  await pass(200);
  expect(said).toEqual(["second", "long"]);
  third.lift();
  expect(vi.getTimerCount()).toBe(0);
});

it("has one timer for all that are equally long", async () => {
  const limits = new TimeLimits<number>(() => {}, Date.now);
  const set = Array.from({ length: 50 }, (_, n) => limits.set(100, n));
  await pass(10);
  set.push(limits.set(100, 50));
  expect(vi.getTimerCount()).toBe(1);
  for (const limit of set) limit.lift();
  await pass(100);
  expect(vi.getTimerCount()).toBe(0);
});

it("goes on with the others when one has thrown, or another was set meanwhile", async () => {
  const said: number[] = [];
  const limits: TimeLimits<number> = new TimeLimits((n) => {
    said.push(n);
    if (n === 0) limits.set(50, 2);
    if (n === 1) throw new Error("as it may");
  }, Date.now);
  limits.set(50, 0);
  limits.set(50, 1);
  await expect(pass(60)).rejects.toThrow("as it may");
  await pass(120);
  expect(said).toEqual([0, 1, 2]);
});

it("waits for longer than a timer can", async () => {
  const said: string[] = [];
  const limits = new TimeLimits<string>((name) => said.push(name), Date.now);
  limits.set(2 ** 31 + 1_000, "late");
  await pass(2 ** 31 - 1);
  expect(said).toEqual([]);
  await pass(1_100);
  expect(said).toEqual(["late"]);
});
