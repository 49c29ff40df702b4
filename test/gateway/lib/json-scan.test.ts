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
});
