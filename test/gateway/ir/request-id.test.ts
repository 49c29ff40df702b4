import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRequestId, requestIdOf } from "../../../src-gateway/ir/exchange-record.ts";

describe("the id of a request", () => {
  it("is its number to the base of 36, and can be read back", () => {
    const edges = [0, 36 ** 5 - 1, 36 ** 5, 36 ** 5 + 1, 36 ** 10, Number.MAX_SAFE_INTEGER];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...edges), fc.maxSafeNat()), (id) => {
        expect(requestIdOf(id)).toBe(`req_${id.toString(36)}`);
        expect(parseRequestId(requestIdOf(id))).toBe(id);
      }),
    );
  });
});
