import fc from "fast-check";
import { expect, it } from "vitest";
import { asMillis } from "../../../src-gateway/lib/as-millis.ts";

it("microseconds are spelled as milliseconds", () => {
  const us = fc.oneof(fc.nat(20_000), fc.nat(), fc.maxSafeInteger(), fc.double({ noNaN: true }));
  fc.assert(
    fc.property(us, (each) => {
      expect(asMillis(each)).toBe((each / 1000).toFixed(3));
    }),
    { numRuns: 20_000 },
  );
});
