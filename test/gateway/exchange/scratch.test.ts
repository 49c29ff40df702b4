import { expect, it } from "vitest";
import { createScratch } from "../../../src-gateway/exchange/scratch.ts";

it("gives each its own bytes until it is cleared", () => {
  const scratch = createScratch();
  for (let turn = 0; turn < 3; turn++) {
    const taken = [10, 70_000, 0, 150_000, 80_000, 1_000_000, 20].map((size, n) => scratch.take(size).fill(n));
    expect(taken.map((bytes) => bytes.length)).toEqual([10, 70_000, 0, 150_000, 80_000, 1_000_000, 20]);
    for (const [n, bytes] of taken.entries()) expect(bytes.every((byte) => byte === n)).toBe(true);
    scratch.clear();
  }
});

it("uses the same memory again", () => {
  const scratch = createScratch();
  scratch.take(10);
  scratch.clear();
  const { buffer } = scratch.take(50_000);
  scratch.clear();
  expect(scratch.take(60_000).buffer).toBe(buffer);
});
