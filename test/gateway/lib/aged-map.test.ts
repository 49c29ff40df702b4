import fc from "fast-check";
import { expect, it } from "vitest";
import { AgedMap } from "../../../src-gateway/lib/aged-map.ts";

/** Some that are kept side by side, and some that are not. */
const KEYS = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? `one-and-the-same-place ${n}` : `${n} elsewhere`));
const key = fc.constantFrom(...KEYS);
const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constant("drop oldest" as const), key }),
);

it("knows the key that was set longest ago, whatever was set and deleted before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
      const aged = new AgedMap<number>(2);
      const plain = new Map<string, number>();
      for (const [value, each] of steps.entries()) {
        const oldest = plain.keys().next().value;
        const named = each.do === "drop oldest" ? oldest : each.key;
        if (named === undefined) continue;
        if (each.do !== "set") aged.delete(named);
        plain.delete(named);
        if (each.do === "set") {
          aged.set(named, value);
          plain.set(named, value);
        }
        expect(aged.size).toBe(plain.size);
        expect(aged.get(named)).toBe(plain.get(named));
        expect(aged.oldest()).toEqual(plain.entries().next().value);
      }
    }),
  );
});

it("keeps a queue of thousands in order while it moves on", () => {
  const aged = new AgedMap<number>();
  const nameOf = (n: number): string => (n * 2_654_435_761).toString(36).padStart(16, "0");
  for (let n = 0; n < 20_000; n++) {
    aged.set(nameOf(n), n);
    if (n >= 3_000) aged.delete(nameOf(n - 3_000));
    expect(aged.oldest()?.[1]).toBe(Math.max(0, n - 2_999));
  }
  expect(aged.size).toBe(3_000);
  for (let n = 0; n < 20_000; n++) expect(aged.get(nameOf(n))).toBe(n < 17_000 ? undefined : n);
});

it("moves a key to the end when it is set again", () => {
  const aged = new AgedMap<number>();
  aged.set("first", 1);
  aged.set("second", 2);
  expect(aged.oldest()).toEqual(["first", 1]);
  aged.set("first", 3);
  expect(aged.oldest()).toEqual(["second", 2]);
});
