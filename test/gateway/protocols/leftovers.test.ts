import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Leftovers } from "../../../src-gateway/protocols/leftovers.ts";

const name = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "$note");
const step = fc.record({ does: fc.constantFrom("drop", "peek", "has", "rest", "add", "isEmpty"), name });

/** The same by copying and deleting. */
function plainly(source: Record<string, unknown>, steps: readonly { does: string; name: string }[]): unknown[] {
  const left = { ...source };
  return steps.map(({ does, name: key }) => {
    if (does === "drop") return delete left[key];
    if (does === "peek") return Object.hasOwn(left, key) ? left[key] : undefined;
    if (does === "has") return Object.hasOwn(left, key);
    if (does === "isEmpty") return Object.keys(left).length === 0;
    if (does === "add") left[`$${key}`] = 1;
    return JSON.stringify(left);
  });
}

function byLeftovers(source: Record<string, unknown>, steps: readonly { does: string; name: string }[]): unknown[] {
  const left = new Leftovers(source);
  return steps.map(({ does, name: key }) => {
    if (does === "drop") {
      left.drop(key);
      return true;
    }
    if (does === "peek") return left.peek(key);
    if (does === "has") return left.has(key);
    if (does === "isEmpty") return left.isEmpty;
    if (does === "add") left.rest()[`$${key}`] = 1;
    return JSON.stringify(left.rest());
  });
}

describe("what is left of an object", () => {
  it("is what copying it and deleting from the copy would leave, in the same order", () => {
    const sources = fc
      .dictionary(name, fc.constantFrom<unknown>(1, "x", null, []), { maxKeys: 5 })
      .map((members) => JSON.parse(JSON.stringify(members)) as Record<string, unknown>);
    fc.assert(
      fc.property(sources, fc.array(step, { maxLength: 12 }), (source, steps) => {
        const before = JSON.stringify(source);
        expect(byLeftovers(source, steps)).toEqual(plainly(source, steps));
        expect(JSON.stringify(source)).toBe(before);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is a copy, the same one each time", () => {
    const source = { a: 1, b: 2 };
    const left = new Leftovers(source);
    left.drop("a");
    expect(left.rest()).toEqual({ b: 2 });
    expect(left.rest()).toBe(left.rest());
    expect(left.rest()).not.toBe(source);
  });
});
