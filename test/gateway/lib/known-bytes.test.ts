import fc from "fast-check";
import { expect, it } from "vitest";
import { KnownBytes, viewOf } from "../../../src-gateway/lib/known-bytes.ts";

it("known bytes are found where they stand, and nowhere else", () => {
  const few = fc.array(fc.constantFrom(0, 1, 0x80, 0xff), { maxLength: 12 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(few, few, few, fc.nat(12), fc.nat(30), (wanted, before, after, at, to) => {
      const bytes = Buffer.concat([before, wanted, after]);
      const known = new KnownBytes(wanted);
      expect(known.isAt(viewOf(bytes), before.length, bytes.length)).toBe(true);
      const end = Math.min(to, bytes.length);
      const stands = at + wanted.length <= end && bytes.subarray(at, at + wanted.length).equals(wanted);
      expect(known.isAt(viewOf(bytes), at, end)).toBe(stands);
    }),
    { numRuns: 5_000 },
  );
});
