import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { jsonValues } from "../../../src-gateway/lib/json-values.ts";

const values = (json: string): unknown => {
  const bytes = Buffer.from(json);
  return jsonValues(bytes, scanJson(bytes));
};
/** The order of members counts, too. */
const expectSame = (json: string): void => {
  const found = values(json);
  expect(found).toEqual(JSON.parse(json));
  expect(JSON.stringify(found)).toBe(JSON.stringify(JSON.parse(json)));
};
const long = (letter: string): string => letter.repeat(6_000 / letter.length);

describe("the values of a scanned body", () => {
  it("are what JSON.parse makes of it, wherever long texts stand", () => {
    const text = fc.oneof(
      fc.constantFrom("", "short", "\n", '"', "\\", "\ud800", "é".repeat(700), "a".repeat(513), "a".repeat(511)),
      fc.constantFrom(long("x"), long("漢"), long("a\n"), long("base64+/")),
      { weight: 1, arbitrary: fc.constantFrom("\u00000", "\u00002", "\\u00000", `\u0000${"y".repeat(600)}`) },
    );
    const key = fc.oneof(fc.constantFrom("a", "1", "__proto__", "toString", "\n", "\u0000"), fc.constant(long("k")));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        text,
        fc.constantFrom<unknown>(0, -1.5, null, true),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 5 }), (value) => expectSame(JSON.stringify(value))),
      { numRuns: 500 },
    );
  });

  it("keep odd spellings and spaces around long texts", () => {
    expectSame(` {"a" :\t["${long("a")}" , "\\u00e9\\/" ,\n{"b":"${long("b")}"}] }\n`);
  });

  it.each([
    "\\u00000",
    "\\u00002",
    "\\\\u00000",
  ])("do not take what a client spells %s for a text that was cut out", (spelled) => {
    expectSame(`{"a":"${long("a")}","b":"${spelled}","c":"${long("c")}","${spelled}":["${spelled}"]}`);
  });

  it("hold no text that stands in another's place, where hundreds are cut out", () => {
    const texts = Array.from({ length: 300 }, (_, n) => `${n} ${long("t")}`);
    expectSame(JSON.stringify({ 7: texts[0], messages: texts.map((content, n) => ({ [n % 3]: content, content })) }));
  });
});

describe("the places of long texts", () => {
  it("are those of texts without an escape, however deep, and of no keys", () => {
    const json = JSON.stringify({ [long("k")]: [{ a: long("a") }, long("\n")], b: "short", c: `${long("c")}\\` });
    const bytes = Buffer.from(json);
    const { longTexts } = scanJson(bytes);
    expect(longTexts).toHaveLength(2);
    expect(bytes.toString("utf8", longTexts[0], longTexts[1])).toBe(JSON.stringify(long("a")));
  });
});
