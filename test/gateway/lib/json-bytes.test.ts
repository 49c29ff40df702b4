import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonWriter, jsonBytes } from "../../../src-gateway/lib/json-bytes.ts";

const RUN = 8_192;
const refusing = createJsonWriter(() => {
  throw new Error("no WebAssembly here");
});

const unit = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "words of it ", "                ") },
  { weight: 3, arbitrary: fc.constantFrom('"', "\\", "\n", "\t", "\u0000", "\u001f", "\u007f", "\b", "\f", "\r", "/") },
  { weight: 3, arbitrary: fc.constantFrom("é", "漢", "😀", "\u2028", "\u0080", "\uffff") },
  { weight: 1, arbitrary: fc.constantFrom("\ud83d", "\ude00") },
);
const text = fc.oneof(
  fc.string({ unit, maxLength: 60 }),
  fc.tuple(fc.string({ unit, maxLength: 200 }), fc.nat(40)).map(([piece, times]) => piece.repeat(times)),
);
const { tree: anyJson } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    fc.double(),
    fc.integer(),
    fc.constantFrom(null, true, false, undefined, -0, "toJSON", Symbol("no JSON"), () => 1),
    fc.array(tie("tree"), { maxLength: 5 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "constructor", "toJSON", "1", "")), tie("tree"), {
      maxKeys: 5,
    }),
  ),
}));

const expectSame = (value: Record<string, unknown>): void => {
  const wanted = JSON.stringify(value);
  expect(jsonBytes(value).toString()).toBe(wanted);
  expect(jsonBytes(value).equals(Buffer.from(wanted))).toBe(true);
  expect(refusing(value).toString()).toBe(wanted);
};

describe("JSON as bytes", () => {
  it("is what the engine writes, whatever is written", () => {
    // What has a JSON of its own is no plain value.
    const isPlain = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (typeof (value as { toJSON?: unknown }).toJSON !== "function" && Object.values(value).every(isPlain));
    fc.assert(fc.property(fc.dictionary(text, anyJson, { maxKeys: 6 }).filter(isPlain), expectSame), { numRuns: 500 });
  });

  it.each([
    0,
    1,
    15,
    16,
    17,
    39,
    40,
    41,
    42,
    RUN - 1,
    RUN,
    RUN + 1,
    3 * RUN,
  ])("escapes the last and the first letter of a text of %i", (length) => {
    for (const letter of ["a", '"', "\n", "\u0001", "é", "漢", "😀", "\ud83d"]) {
      const rest = "x".repeat(length);
      expectSame({ before: letter + rest, behind: rest + letter, both: letter + rest + letter, [rest + letter]: 1 });
    }
  });

  it("cuts a long text between letters, wherever its letters of two halves stand", () => {
    for (let shift = 0; shift < 4; shift++) expectSame({ text: "y".repeat(shift) + "😀".repeat(2 * RUN) });
  });

  it("has room for long texts in which everything is escaped, one behind the other", () => {
    const texts = Array.from({ length: 40 }, (_, n) => "\u0001".repeat(n * 1_000));
    expectSame({ texts, ends: "here" });
  });

  it("has room for a million small values", () => {
    expectSame({ values: Array.from({ length: 1_000_000 }, (_, n) => n), names: Array.from("abc".repeat(99_999)) });
  });

  it("has room for what is nested deeply, and for keys of any length", () => {
    let tree: Record<string, unknown> = { text: "x" };
    for (let n = 0; n < 1_000; n++) tree = n % 2 === 0 ? { [`k${n}`]: [tree] } : { t: "a", tree };
    expectSame(tree);
    for (const length of [63, 64, 65, 2_048, 2_049, RUN, 3 * RUN])
      expectSame({ a: "b", ["\u0001".repeat(length)]: "text", ["é".repeat(length)]: [1], ["k".repeat(length)]: "" });
  });

  it("has room for thousands of texts of a letter or none", () => {
    expectSame({ texts: Array.from({ length: 20_000 }, (_, n) => (n % 3 === 0 ? "" : "\n")) });
    expectSame(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n % 5 === 0 ? "" : "é"])));
  });

  it("lets objects speak for themselves that are no plain ones", () => {
    expectSame({ at: new Date(0), map: new Map([[1, 2]]), boxed: Object("text"), bare: Object.create(null) });
  });

  it("is not touched by what is written after it", () => {
    const first = jsonBytes({ text: "a".repeat(10_000) });
    jsonBytes({ text: "b".repeat(10_000) });
    expect(first.toString()).toBe(JSON.stringify({ text: "a".repeat(10_000) }));
  });

  it("is written after a value that could not be", () => {
    expect(() => jsonBytes({ text: "z".repeat(100), number: 1n })).toThrow(TypeError);
    expectSame({ text: "as ever" });
  });
});
