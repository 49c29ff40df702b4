import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonShapes } from "../../../src-gateway/lib/json-shapes.ts";

const SEEN = ["a", "b"];

/** Texts that nobody looks at are empty. */
function reduced(value: unknown, name = ""): unknown {
  if (typeof value === "string") return SEEN.includes(name) ? value : "";
  if (Array.isArray(value)) return value.map((each, index) => reduced(each, String(index)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, reduced(each, key)]));
}

function parsed(bytes: Buffer): unknown {
  try {
    return reduced(JSON.parse(bytes.toString("utf8")));
  } catch {
    return null;
  }
}

const name = fc.constantFrom("a", "b", "c", "", "é", "constructor", "1", "x y", 'q"\\');
const words = fc.oneof(
  fc.constantFrom("", "stop", "é", "Ã©", '"', "\\", "\n", "x".repeat(40), "y".repeat(3_000), '{"a":1}', "\ud800"),
  fc.string({ unit: "binary" }),
);
const whole = fc.oneof(fc.nat(), fc.constantFrom(0, 10, 999_999_999_999_999));
const { node } = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    fc.oneof(words, whole, fc.constantFrom(true, false, null, [], {})),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(name, tie("node"), { maxKeys: 4 }).map((members) => ({ ...members })),
  ),
}));
const object = fc.dictionary(name, node, { maxKeys: 5 }).map((members) => ({ ...members }));

function varied(value: unknown, texts: readonly string[], numbers: readonly number[]): unknown {
  let n = 0;
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") return texts[n++ % texts.length];
    if (typeof each === "number") return numbers[n++ % numbers.length];
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value);
}

describe("a text of a known shape", () => {
  it("says what JSON.parse finds in it", () => {
    const others = fc.array(
      fc.tuple(fc.array(words, { minLength: 1, maxLength: 4 }), fc.array(whole, { minLength: 1, maxLength: 4 })),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(object, others, fc.nat(2), (first, more, indent) => {
        const shapes = new JsonShapes(SEEN);
        shapes.learn(Buffer.from(JSON.stringify(first, null, indent)));
        for (const each of [first, ...more.map(([texts, numbers]) => varied(first, texts, numbers)), first]) {
          const bytes = Buffer.from(JSON.stringify(each, null, indent));
          expect(shapes.read(bytes)).toEqual(parsed(bytes));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("says nothing else when something is changed in it", () => {
    const text = '{"a": [15, "x\\u00e9y", {"b": true}], "b": {"a": "stop", "c": [null, 0]}, "c": "long\\n", "d": 7} ';
    const shapes = new JsonShapes(SEEN);
    shapes.learn(Buffer.from(text));
    const change = fc.record({
      at: fc.nat(text.length),
      drop: fc.nat(3),
      put: fc.array(fc.constantFrom(...'{}[]",:\\u0129-+.eE \n\t\0\xe9tfnab'.split("")), { maxLength: 3 }),
    });
    let found = 0;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 2 }), (changes) => {
        let changed = text;
        for (const { at, drop, put } of changes)
          changed = changed.slice(0, at) + put.join("") + changed.slice(at + drop);
        const bytes = Buffer.from(changed, "latin1");
        const said = shapes.read(bytes);
        if (said !== null) found++;
        expect(said ?? parsed(bytes)).toEqual(parsed(bytes));
      }),
      { numRuns: 20_000 },
    );
    expect(found).toBeGreaterThan(1_000);
  });

  it.each([
    '{"a":1,"a":2}',
    '{"__proto__":"x"}',
    `{"a":${"[".repeat(40)}${"]".repeat(40)}}`,
  ])("is none like %s", (text) => {
    const shapes = new JsonShapes(SEEN);
    shapes.learn(Buffer.from(text));
    expect(shapes.read(Buffer.from(text))).toBeNull();
  });

  it("is forgotten when others come, and not when it comes as often", () => {
    const shapes = new JsonShapes(SEEN);
    const often = Buffer.from('{"a":"often"}');
    const rare = (n: number): Buffer => Buffer.from(`{"x${n}":1}`);
    shapes.learn(often);
    for (let n = 0; n < 500; n++) {
      shapes.learn(rare(n));
      expect(shapes.read(often)).toEqual({ a: "often" });
    }
    const kept = Array.from({ length: 500 }, (_, n) => shapes.read(rare(n))).filter((each) => each !== null);
    expect(kept.length).toBeLessThan(8);
  });
});
