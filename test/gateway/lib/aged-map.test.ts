import fc from "fast-check";
import { expect, it } from "vitest";
import { AgedMap } from "../../../src-gateway/lib/aged-map.ts";

const key = fc.integer({ min: 0, max: 12 });
const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constant("drop oldest" as const), key }),
);

it("knows the key that was set longest ago, whatever was set and deleted before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const aged = new AgedMap<number, number>();
      const plain = new Map<number, number>();
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

it("moves a key to the end when it is set again", () => {
  const aged = new AgedMap<string, number>();
  aged.set("first", 1);
  aged.set("second", 2);
  expect(aged.oldest()).toEqual(["first", 1]);
  aged.set("first", 3);
  expect(aged.oldest()).toEqual(["second", 2]);
});
