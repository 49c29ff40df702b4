import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PassingMap } from "../../../src-gateway/lib/passing-map.ts";

const FIRST_ID = 1_795_000_000_000_000;

describe("a map for what comes and goes", () => {
  it("holds what a Map holds, whatever is set and deleted in whatever order", () => {
    const step = fc.record({ isSet: fc.boolean(), key: fc.nat(40), value: fc.nat() });
    // Ids are moments, so near keys are the rule; keys that fall on one place are, too.
    const keyOf = fc.constantFrom(
      (key: number) => key,
      (key: number) => FIRST_ID + key,
      (key: number) => key * 4_294_967_296,
      (key: number) => -key / 3,
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), keyOf, (steps, toKey) => {
        const known = new Map<number, { value: number }>();
        const map = new PassingMap<{ value: number }>(4);
        for (const { isSet, key, value } of steps) {
          const id = toKey(key);
          const done = isSet ? [known.set(id, { value }), map.set(id, { value })] : [known.delete(id), map.delete(id)];
          expect(isSet || done[0] === done[1]).toBe(true);
          expect(map.size).toBe(known.size);
        }
        for (let key = 0; key <= 40; key++) expect(map.get(toKey(key))).toEqual(known.get(toKey(key)));
        const byValue = (one: { value: number }, other: { value: number }): number => one.value - other.value;
        expect([...map].toSorted(byValue)).toEqual([...known.values()].toSorted(byValue));
      }),
    );
  });

  it("needs no more places while as many go as come", () => {
    const map = new PassingMap<object>(8);
    for (let n = 0; n < 100_000; n++) {
      map.set(FIRST_ID + n, {});
      map.delete(FIRST_ID + n - 3);
    }
    expect(map.size).toBe(3);
    expect((map as unknown as { values: unknown[] }).values).toHaveLength(8);
  });
});
