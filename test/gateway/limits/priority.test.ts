import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { priorityOf } from "../../../src-gateway/limits/priority.ts";
import type { Priority } from "../../../src-gateway/limits/types.ts";

const asked = (header: string | string[] | undefined, keyPriority: Priority | null = null): Priority =>
  priorityOf({ "x-priority": header }, keyPriority);

describe("the priority of a request", () => {
  it.each([
    ["0", 0],
    ["9", 9],
    [" 3 ", 3],
    ["P0", 0],
    ["p7", 7],
    ["12", 9],
    ["007", 7],
    [["2", "8"], 2],
  ] as const)("is what its client asks for: %j", (header, priority) => {
    expect(asked(typeof header === "string" ? header : [...header])).toBe(priority);
  });

  it.each([
    undefined,
    "",
    "high",
    "-1",
    "1.5",
    "1 (Highest)",
    "0x1",
    "P",
    "٣",
    [],
  ])("is 5 where it asks for nothing that is a number: %j", (header) => {
    expect(asked(header as string | undefined)).toBe(5);
  });

  it("is the key's own where the client asks for nothing, and never better than that", () => {
    expect(asked(undefined, 7)).toBe(7);
    expect(asked("nonsense", 2)).toBe(2);
    expect(asked("0", 7)).toBe(7);
    expect(asked("8", 7)).toBe(8);
    expect(asked("0", 0)).toBe(0);
  });

  it("is one of the ten for any header and key", () => {
    const key = fc.option(fc.nat(9) as fc.Arbitrary<Priority>);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.nat().map(String)), key, (header, keyPriority) => {
        const priority = asked(header, keyPriority);
        expect(priority).toBeGreaterThanOrEqual(keyPriority ?? 0);
        expect(priority).toBeLessThanOrEqual(9);
        expect(Number.isInteger(priority)).toBe(true);
      }),
    );
  });
});
