import fc from "fast-check";
import { expect, it } from "vitest";
import { KnownBytes } from "../../../src-gateway/lib/known-bytes.ts";
import { PlainRun } from "../../../src-gateway/lib/plain-run.ts";

const NOT_PLAIN = [0x22, 0x5c, 0x00, 0x0a, 0x1f];
const ALMOST = [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0x9f, 0xa2, 0xdc, 0xff];

function ends(run: PlainRun, length: number): number[] {
  const found: number[] = [];
  for (let at = run.end(0); at < length; at = run.end(at + 1)) found.push(at);
  return found;
}

it("finds the same bytes one by one and sixteen at a time", () => {
  const byte = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...NOT_PLAIN) },
    { weight: 60, arbitrary: fc.constantFrom(...ALMOST) },
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 600 }), (list) => {
      const bytes = Uint8Array.from(list);
      const expected = list.flatMap((each, at) => (NOT_PLAIN.includes(each) ? [at] : []));
      expect(ends(new PlainRun(bytes), bytes.length)).toEqual(expected);
      expect(ends(new PlainRun(bytes, null), bytes.length)).toEqual(expected);
    }),
  );
});

it("finds a byte in any place of a body that is longer than what is looked at in one go", () => {
  const bytes = new Uint8Array(200_000).fill(0x61);
  for (const at of [0, 23, 24, 39, 40, 65_519, 65_520, 65_543, 65_544, 131_063, 131_064, 199_984, 199_999]) {
    bytes[at] = 0x22;
    expect(new PlainRun(bytes).end(0)).toBe(at);
    const run = new PlainRun(bytes);
    expect(run.end(at === 0 ? 1 : 0)).toBe(at === 0 ? bytes.length : at);
    expect(run.end(at)).toBe(at);
    bytes[at] = 0x61;
  }
  expect(new PlainRun(bytes).end(0)).toBe(bytes.length);
});

it("looks at sixteen bytes at a time where the tests run", () => {
  expect(new PlainRun(new Uint8Array(0))["finder"]).not.toBeNull();
});

it("does not see what another body has left behind", () => {
  const first = new Uint8Array(1_000).fill(0x22);
  expect(new PlainRun(first).end(0)).toBe(0);
  first.fill(0x61, 0, 100);
  expect(new PlainRun(first).end(0)).toBe(100);
  expect(new PlainRun(new Uint8Array(90).fill(0x61)).end(0)).toBe(90);
});

it("compares known bytes wherever it looks, and goes on from there", () => {
  const bytes = Buffer.alloc(150_000, "abcdefg");
  const known = new KnownBytes(Buffer.from("cdefgabcdefg"));
  const places = fc.array(fc.oneof(fc.nat(bytes.length), fc.constantFrom(65_519, 65_520, 149_988, 149_989)));
  fc.assert(
    fc.property(places, fc.boolean(), fc.boolean(), (all, isShort, isPlain) => {
      const body = isShort ? bytes.subarray(0, 30_000) : bytes;
      const run = isPlain ? new PlainRun(body) : new PlainRun(body, null);
      for (const at of all) {
        const isThere = body.toString("latin1", at, at + known.length) === "cdefgabcdefg";
        expect(run.has(known, at)).toBe(isThere);
        expect(run.farEnd(at)).toBe(body.length);
      }
    }),
  );
});

it("says whether bytes are there exactly when they are, also of many that are compared in turn", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é"), maxLength: 70 });
  fc.assert(
    fc.property(text, text, fc.nat(200), fc.nat(80), (before, looked, at, change) => {
      const wanted = Buffer.from(looked);
      const bytes = Buffer.concat([Buffer.from(before), wanted, Buffer.from(looked)]);
      if (change < wanted.length) wanted[change] = (wanted[change] ?? 0) ^ 0x80;
      const known = new KnownBytes(wanted);
      const run = new PlainRun(bytes);
      for (const place of [at, Buffer.byteLength(before)]) {
        const isThere = place <= bytes.length && bytes.subarray(place, place + wanted.length).equals(wanted);
        expect(run.has(known, place)).toBe(isThere);
      }
    }),
    { numRuns: 500 },
  );
  // More than there is room for at once.
  const bytes = Buffer.from(Uint8Array.from({ length: 5_000 }, (_, at) => at % 253));
  const many = Array.from({ length: 60 }, (_, at) => new KnownBytes(bytes.subarray(at, at + 4_000 - at)));
  for (let round = 0; round < 2; round++) {
    const run = new PlainRun(bytes);
    for (const [at, known] of many.entries()) {
      expect(run.has(known, at)).toBe(true);
      expect(run.has(known, at + 1)).toBe(false);
    }
  }
});
