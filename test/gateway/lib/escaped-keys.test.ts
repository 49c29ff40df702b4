import fc from "fast-check";
import { expect, it } from "vitest";
import { valueWithEscapedKeys } from "../../../src-gateway/lib/escaped-keys.ts";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { jsonValues, valueAt } from "../../../src-gateway/lib/json-values.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', "\\", "\n", "a", "]", "}", ",", ":", "é"), maxLength: 8 }),
);
/** What JSON can tell: it has no -0 that is written as one. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    number,
    fc.constantFrom(true, false, null),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(text, tie("value"), { maxKeys: 5 }),
  ),
}));

/** Has the engine remember the key where an object's second key stands; from then on others may get its name. */
const remember = (key: string): void => void JSON.parse(`{"role":"user",${JSON.stringify(key)}:1}`);

it("reads what was written", () => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
      const read = valueWithEscapedKeys(` ${JSON.stringify(value, null, indent)}\n`);
      expect(read).toEqual(value);
      expect(JSON.stringify(read)).toBe(JSON.stringify(value));
    }),
    { numRuns: 500 },
  );
});

it("reads numbers and members as JSON.parse does", () => {
  const odd = '{"a":[ -0 , 1e3,1.50 ,-2E-2],"\\u005f_proto__":{"x":1},"b":{ },"c":[ ]}';
  const read = valueWithEscapedKeys(odd) as Record<string, unknown>;
  expect(Object.keys(read)).toEqual(["a", "__proto__", "b", "c"]);
  expect(read).toEqual(JSON.parse(odd));
  expect(Object.is((read["a"] as number[])[0], -0)).toBe(true);
});

it.each([
  ["\\", '"\\n"', "\n"],
  ["\\u00", '"\\u0063ity"', "city"],
  ["conte\\u", '"conte\\u006et"', "content"],
])("gives a key its own name after one that is called %s", (met, spelled, name) => {
  remember(met);
  const body = Buffer.from(`{"messages":[{"role":"user",${spelled}:"hidden?"}]}`);
  const expected = [{ role: "user", [name]: "hidden?" }];
  const root = scanJson(body);
  expect(root.hasEscapedKeys).toBe(true);
  expect(jsonValues(body, root)).toEqual({ messages: expected });
  const messages = root.members.get("messages");
  expect(messages && valueAt(body, root, messages)).toEqual(expected);
});

it("is asked for where a key has an escape, and for no other body", () => {
  const has = (body: string): boolean => scanJson(Buffer.from(body)).hasEscapedKeys;
  expect(has('{"a":"\\n","b":["\\"",{"c":"\\u0041"}]}')).toBe(false);
  expect(has('{"\\u0061":1}')).toBe(true);
  expect(has('{"a":[[{"b":{"\\n":1}}]]}')).toBe(true);
});
