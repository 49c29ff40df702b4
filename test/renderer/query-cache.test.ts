import { describe, expect, it } from "vitest";
import { createQueryCache } from "../../src-renderer/api/query-cache.ts";

describe("what was read last", () => {
  it("is told to all who show it, until they are gone", () => {
    const cache = createQueryCache();
    const told: unknown[] = [];
    const one = cache.subscribe("status", (value) => told.push(["one", value]));
    const two = cache.subscribe("status", (value) => told.push(["two", value]));
    cache.write("status", 1);
    cache.write("other", 2);
    one();
    cache.write("status", 3);
    two();
    cache.write("status", 4);
    expect(told).toEqual([
      ["one", 1],
      ["two", 1],
      ["two", 3],
    ]);
    expect(cache.read("status")).toBe(4);
  });

  it("does not grow without end, and forgets the oldest first", () => {
    const cache = createQueryCache();
    for (let place = 0; place < 60; place += 1) cache.write(`key ${place}`, place);
    expect([cache.read("key 0"), cache.read("key 59")]).toEqual([undefined, 59]);
    cache.clear();
    expect(cache.read("key 59")).toBeUndefined();
  });
});
