import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { jsonValues } from "../../../src-gateway/lib/json-values.ts";
import { plainValues } from "../../../src-gateway/lib/plain-values.ts";

/** The order of members counts, too. */
function expectSame(json: string): void {
  const bytes = Buffer.from(json);
  const wanted: unknown = JSON.parse(json);
  const found = jsonValues(bytes, scanJson(bytes));
  expect(found).toStrictEqual(wanted);
  expect(JSON.stringify(found)).toBe(JSON.stringify(wanted));
}

const isCut = (json: string): boolean => {
  const bytes = Buffer.from(json);
  return plainValues(bytes, bytes.toString("utf8"), scanJson(bytes).members) !== null;
};

/** As a client may spell it: without escapes, with those that have to be, and with others. */
const spelled = fc
  .array(
    fc.constantFrom("a", "words ", '\\"', "\\\\", "\\n", "\\/", "\\u00e9", "}", "{", ",", "]", "é", "😀", "\\ud800"),
    {
      maxLength: 12,
    },
  )
  .map((pieces) => `"${pieces.join("")}"`);
const role = fc.constantFrom("user", "assistant", "system", "developer", "tool", "other", "use");
const plain = fc.tuple(role, spelled).map(([who, text]) => `{"role":"${who}","content":${text}}`);
const message = fc.oneof(
  { weight: 12, arbitrary: plain },
  fc.tuple(role, spelled).map(([who, text]) => `{"role":"${who}","content":${text} }`),
  fc.tuple(role, spelled).map(([who, text]) => `{"role":"${who}","content":${text},"name":${text}}`),
  fc.tuple(role, spelled).map(([who, text]) => `{"content":${text},"role":"${who}"}`),
  fc.tuple(role, spelled).map(([who, text]) => `{"role":"${who}","content":[{"type":"text","text":${text}}]}`),
  fc.constantFrom("{}", '{"role":"user","content":null}', '{"role":"user"}'),
);
const scalar = fc.oneof(
  spelled,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom("0", "-0", "1e3", "-1.50E-7", "12345678901234567890", "0.1", "1e400", "true", "false", "null"),
);
const value = fc.oneof(
  scalar,
  fc.array(message, { maxLength: 6 }).map((all) => `[${all.join(",")}]`),
  fc.array(plain, { maxLength: 6 }).map((all) => `[${all.join(" , ")}]`),
  fc.array(scalar, { maxLength: 4 }).map((all) => `[${all.join(",")}]`),
  fc.constantFrom("[]", "{}", '{"a":{"__proto__":1}}', "[ ]", "[[]]"),
);
const name = fc.constantFrom(
  "messages",
  "model",
  "system",
  "input",
  "2",
  "10",
  "toString",
  "__proto__",
  "\\u0061",
  "é",
);

describe("the values of a short body", () => {
  it("are what JSON.parse makes of it, however it is spelled", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 }), (members) => {
        expectSame(`{${members.map(([key, json]) => `"${key}":${json}`).join(",")}}`);
      }),
      { numRuns: 3_000 },
    );
  });

  it("are cut out of it where messages are plain, with escapes or without", () => {
    expect(isCut('{"model":"m","messages":[{"role":"user","content":"a \\"quoted\\" word\\\\"}],"stream":false}')).toBe(
      true,
    );
  });

  it("are parsed where a letter takes more than a byte, and where the body is long", () => {
    expect(isCut('{"a":"é"}')).toBe(false);
    expect(isCut(JSON.stringify({ a: Array.from({ length: 70_000 }, () => 1) }))).toBe(false);
  });
});
