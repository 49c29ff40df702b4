import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRunHash, lastingHash, type RunHash, runHash } from "../../../src-gateway/lib/run-hash.ts";

const bytesOf = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31) % 251));
const refusing = (): never => {
  throw new Error("no WebAssembly here");
};
const LENGTHS = [0, 1, 15, 16, 17, 1_023, 1_024, 1_025, 2_000, 32_767, 32_768, 32_769, 100_001];
const KINDS: Record<string, RunHash> = {
  "the hash of this process": runHash(),
  "what an engine without WebAssembly does": createRunHash(refusing),
};

describe.each(Object.entries(KINDS))("%s", (_, hash) => {
  it.each(LENGTHS)("takes a run of %i bytes for the same however it is cut", (length) => {
    const whole = bytesOf(length);
    const wanted = hash.begin().add(whole).text();
    expect(wanted).toHaveLength(16);
    for (const at of [0, 1, 7, 16, 1_000, length >> 1].filter((each) => each <= length)) {
      const cut = hash.begin().add(whole.subarray(0, at)).add(whole, at, length);
      expect(cut.text()).toBe(wanted);
    }
    expect(
      hash
        .begin()
        .add(Buffer.concat([Buffer.alloc(9), whole]), 9, length + 9)
        .number(),
    ).toBe(hash.begin().add(whole).number());
  });

  it.each(
    LENGTHS.filter((length) => length > 0),
  )("tells two runs of %i bytes apart that differ in one bit", (length) => {
    const bytes = bytesOf(length);
    const both = () => ({ text: hash.begin().add(bytes).text(), number: hash.begin().add(bytes).number() });
    const before = both();
    for (const at of new Set([0, 1, 16, 1_024, length >> 1, length - 2, length - 1])) {
      if (at < 0 || at >= length) continue;
      bytes[at] = (bytes[at] ?? 0) ^ 0x80;
      const after = both();
      expect(after.text).not.toBe(before.text);
      expect(after.number).not.toBe(before.number);
      bytes[at] = (bytes[at] ?? 0) ^ 0x80;
    }
    expect(both()).toEqual(before);
  });

  it("tells runs of zeros apart by their lengths", () => {
    const texts = LENGTHS.flatMap((length) => [length, length + 2]).map((length) =>
      hash.begin().add(Buffer.alloc(length)).text(),
    );
    expect(new Set(texts).size).toBe(new Set(LENGTHS.flatMap((length) => [length, length + 2])).size);
  });

  it("takes no texts for others that read alike side by side", () => {
    const some = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "漢", "1", " "), maxLength: 40 }), {
      maxLength: 3,
    });
    const of = (texts: readonly string[]): string => {
      hash.begin();
      for (const text of texts) hash.addText(text);
      return hash.text();
    };
    fc.assert(
      fc.property(some, some, (one, other) => {
        expect(of(one) === of(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
    // Where there is no room for it beside what stands there already.
    const long = (last: string): string => hash.begin().add(bytesOf(32_760)).addText(`x${last}`.repeat(9_000)).text();
    expect(long("é")).toBe(long("é"));
    expect(long("é")).not.toBe(long("è"));
  });

  it("gives numbers that are whole, exact, and seldom the same", () => {
    const numbers = new Set<number>();
    for (let n = 0; n < 20_000; n++) {
      const number = hash.begin().addNumber(n).number();
      expect(Number.isSafeInteger(number) && number >= 0 && number < 2 ** 52).toBe(true);
      numbers.add(number);
    }
    expect(numbers.size).toBe(20_000);
  });

  it("gives a piece of a body the number of a run that is nothing else", () => {
    const bodies = [bytesOf(3_000), bytesOf(100_000)].map((bytes, at) => Buffer.concat([Buffer.from([at]), bytes]));
    const piece = fc.record({ of: fc.nat(1), from: fc.nat(), length: fc.oneof(fc.nat(100), fc.nat(40_000)) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        hash.begin();
        const spans = pieces.map(({ of, from, length }) => {
          const bytes = bodies[of] as Buffer;
          const start = from % bytes.length;
          return { bytes, start, end: Math.min(bytes.length, start + length) };
        });
        const numbers = spans.map(({ bytes, start, end }) => hash.numberOf(bytes, start, end));
        expect(numbers).toEqual(spans.map(({ bytes, start, end }) => hash.begin().add(bytes, start, end).number()));
      }),
    );
    const [body = Buffer.alloc(0)] = bodies;
    hash.begin();
    const before = hash.numberOf(body, 10, 20);
    body[15] = 0xff;
    hash.begin();
    expect(hash.numberOf(body, 10, 20)).not.toBe(before);
  });

  it("forgets a run that was begun and never ended", () => {
    const wanted = hash.begin().add(bytesOf(5)).text();
    hash.begin().add(bytesOf(40_000));
    expect(hash.begin().add(bytesOf(5)).text()).toBe(wanted);
  });
});

it("has a key of its own in each process, unless the name has to last", () => {
  const of = (hash: RunHash): string => hash.begin().add(bytesOf(100)).text();
  expect(of(createRunHash())).not.toBe(of(createRunHash()));
  expect(of(lastingHash())).toBe(of(lastingHash()));
});
