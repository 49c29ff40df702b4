import { expect, it } from "vitest";
import { takeLastArrivals } from "../../../src-gateway/server/last-arrivals.ts";

const LIMIT_MS = 40;

/** Connections that come in one a turn, on a machine that gives the process a turn now and then. */
function comeIn(count: number): () => number {
  let taken = 0;
  const turn = (): void => {
    if (taken === count) return;
    for (const beganMs = performance.now(); performance.now() - beganMs < LIMIT_MS / 4; );
    taken += 1;
    setImmediate(turn);
  };
  setImmediate(turn);
  return () => taken;
}

it("lets in all who are waiting, though that takes longer than it waits for a quiet moment", async () => {
  const taken = comeIn(10);
  expect(await takeLastArrivals(taken, LIMIT_MS)).toBe(true);
  expect(taken()).toBe(10);
});

it("is done at once when nobody comes", async () => {
  expect(await takeLastArrivals(() => 5, 60_000)).toBe(false);
});

it("ends although somebody always comes", async () => {
  const taken = comeIn(Infinity);
  expect(await takeLastArrivals(taken, LIMIT_MS)).toBe(true);
  expect(taken()).toBeGreaterThan(5);
});
