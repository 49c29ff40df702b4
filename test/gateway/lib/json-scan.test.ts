import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonScanError, scanJson, stringAt } from "../../../src-gateway/lib/json-scan.ts";

const scan = (text: string) => scanJson(Buffer.from(text));

describe("scanJson", () => {
  it("tells where each top-level member stands, odd spacing included", () => {
    const text = ' {"model" :\t"gpt-5" ,"nested":{"model":"no"},"n":-1.50e+3,"list":[1,[2]],"yes":true,"none":null}\n';
    const bytes = Buffer.from(text);
    const { members } = scanJson(bytes);
    const slices = [...members].map(([key, value]) => [
      key,
      value.kind,
      bytes.toString("utf8", value.start, value.end),
    ]);
    expect(slices).toEqual([
      ["model", "string", '"gpt-5"'],
      ["nested", "object", '{"model":"no"}'],
      ["n", "number", "-1.50e+3"],
      ["list", "array", "[1,[2]]"],
      ["yes", "boolean", "true"],
      ["none", "null", "null"],
    ]);
  });

  it("reads escaped keys and strings", () => {
    const bytes = Buffer.from('{"mod\\u0065l":"a\\"\\ud83d\\ude00"}');
    const model = scanJson(bytes).members.get("model");
    expect(model && stringAt(bytes, model)).toBe('a"😀');
  });

  it.each([
    ['{"a":1,"a":2}', /"a" stands twice/],
    ['{"a":1,"\\u0061":2}', /"a" stands twice/],
    ['{"x":{"a":1,"b":2,"a":3}}', /"a" stands twice in one object/],
    ['{"x":{"a":1,"\\u0061":3}}', /"a" stands twice in one object/],
    [`{"x":{${Array.from({ length: 40 }, (_, n) => `"k${n}":1`).join(",")},"k3":2}}`, /"k3" stands twice/],
  ])("refuses a key that stands twice: %s", (text, problem) => {
    expect(() => scan(text)).toThrow(problem);
  });

  it("takes the same key in different objects", () => {
    expect(() => scan('{"a":{"a":1},"b":[{"a":1},{"a":2}]}')).not.toThrow();
  });

  it("refuses nesting beyond the limit without overflowing the stack", () => {
    const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    expect(() => scanJson(Buffer.from(nested(64)), { maxDepth: 64 })).not.toThrow();
    expect(() => scanJson(Buffer.from(nested(65)), { maxDepth: 64 })).toThrow(/deeper than 64/);
    expect(() => scanJson(Buffer.from(`{"a":${"[".repeat(2_000_000)}`))).toThrow(/deeper/);
  });

  it.each([
    "",
    " ",
    "[]",
    '"x"',
    "{",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    "{} {}",
    '{"a":01}',
    '{"a":+1}',
    '{"a":"\n"}',
    "\ufeff{}",
  ])("refuses %j with the offset of the problem", (text) => {
    const problem = (() => {
      try {
        return scan(text);
      } catch (error) {
        return error;
      }
    })();
    expect(problem).toBeInstanceOf(JsonScanError);
    expect((problem as JsonScanError).offset).toBeLessThanOrEqual(Buffer.byteLength(text));
  });

  it("agrees with JSON.parse on every object, and slices each member exactly", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), fc.nat(4), (value, indent) => {
        const bytes = Buffer.from(JSON.stringify(value, null, indent));
        const expected = JSON.parse(bytes.toString()) as Record<string, unknown>;
        const { members } = scanJson(bytes);
        expect([...members.keys()].sort()).toEqual(Object.keys(expected).sort());
        for (const [key, member] of members) {
          expect(JSON.parse(bytes.toString("utf8", member.start, member.end))).toEqual(expected[key]);
        }
      }),
    );
  });

  it("accepts exactly what JSON.parse accepts when bytes are damaged, duplicates apart", () => {
    const damaged = fc
      .record({
        value: fc.dictionary(fc.string(), fc.jsonValue()),
        at: fc.nat(),
        byte: fc.constantFrom(...'{}[]",:0-.eE\\untf \n/'),
      })
      .map(({ value, at, byte }) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + byte + text.slice(cut + (at % 2));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let scanned = true;
        try {
          scan(text);
        } catch (error) {
          if (/twice/.test(String(error))) return;
          scanned = false;
        }
        let parsed = false;
        try {
          const value = JSON.parse(text) as unknown;
          parsed = typeof value === "object" && value !== null && !Array.isArray(value);
        } catch {}
        expect(scanned).toBe(parsed);
      }),
      { numRuns: 3000 },
    );
  });

  it("takes up nothing from a scan that was broken off", () => {
    const crowded = Array.from({ length: 40 }, (_, n) => `"k${n}":1`).join(",");
    expect(() => scan(`{"x":[{"a":1,"\\u0062":{${crowded},"deep":[{"a":1,`)).toThrow(JsonScanError);
    expect(() => scan('{"x":{"a":1,"b":2,"k1":3,"deep":[{"a":1}]}}')).not.toThrow();
  });

  it("finds keys that stand twice however objects with few and many keys, plain and escaped, lie in each other", () => {
    const key = fc.tuple(fc.constantFrom("a", "b", "cd", "é", "😀", "", "name 1", "name 39"), fc.boolean());
    const { object } = fc.letrec<{ object: Nested; value: Nested | number }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.nat(9), tie("object")),
      object: fc
        .record({ own: fc.array(fc.record({ key, value: tie("value") }), { maxLength: 4 }), isCrowded: fc.boolean() })
        .map(({ own, isCrowded }) => (isCrowded ? [...CROWD, ...own] : own)),
    }));
    const check = (nested: Nested): void => {
      const found = ((): unknown => {
        try {
          scan(textOf(nested));
          return null;
        } catch (error) {
          return error;
        }
      })();
      expect(String(found)).toMatch(repeats(nested) ? /stands twice/ : /^null$/);
    };
    fc.assert(fc.property(object, check), { numRuns: 300 });
  });
});

type Nested = { key: [name: string, isEscaped: boolean]; value: Nested | number }[];

const CROWD: Nested = Array.from({ length: 40 }, (_, n) => ({ key: [`name ${n}`, false], value: 0 }));

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

function textOf(nested: Nested): string {
  const members = nested.map(({ key: [name, isEscaped], value }) => {
    const text = typeof value === "number" ? String(value) : textOf(value);
    return `"${isEscaped ? escaped(name) : name}":${text}`;
  });
  return `{${members.join(",")}}`;
}

function repeats(nested: Nested): boolean {
  const names = new Set(nested.map(({ key }) => key[0]));
  return names.size < nested.length || nested.some(({ value }) => typeof value !== "number" && repeats(value));
}
