import fc from "fast-check";
import { expect, it } from "vitest";
import { packBody, unpackBody } from "../../../src-gateway/request-log/body-delta.ts";

const bytes = fc.uint8Array({ maxLength: 3000 }).map((array) => Buffer.from(array));
/** A base, and what an edit somewhere made of it. */
const edited = fc
  .tuple(bytes, fc.nat(3000), fc.nat(3000), bytes)
  .map(([base, from, length, put]): [Buffer, Buffer] => [
    base,
    Buffer.concat([base.subarray(0, from), put, base.subarray(from + length)]),
  ]);

it("gives back what was packed, whatever the base", () => {
  fc.assert(
    fc.property(fc.oneof(fc.tuple(bytes, bytes), edited), ([base, body]) => {
      expect(unpackBody(packBody(body, base), base).equals(body)).toBe(true);
      expect(unpackBody(packBody(body, null), null).equals(body)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it("costs what has changed, also in bodies of megabytes", () => {
  const random = Buffer.from(
    fc.sample(fc.uint8Array({ minLength: 250_000, maxLength: 250_000 }), { numRuns: 1, seed: 7 })[0] ?? [],
  );
  const base = Buffer.concat(Array.from({ length: 16 }, (_, place) => Buffer.from(random.map((byte) => byte ^ place))));
  const middle = 3_000_000;
  const body = Buffer.concat([base.subarray(0, middle), Buffer.from("one more turn"), base.subarray(middle)]);
  const packed = packBody(body, base);
  expect(packed.packed.length).toBeLessThan(100);
  expect(unpackBody(packed, base).equals(body)).toBe(true);
});
