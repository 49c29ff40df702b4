import fc from "fast-check";
import { expect, it } from "vitest";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { firstElementAt, type JsonSpan, nextElementAt, skipValue } from "../../../src-gateway/lib/json-walk.ts";
import { plainBeginning } from "../../../src-gateway/lib/plain-message.ts";

const json = fc.jsonValue({ stringUnit: fc.constantFrom('"', "\\", "x", "}", "[", " ", ",") });
const objects = fc.array(fc.dictionary(fc.constantFrom("a", "b", "cache"), json, { maxKeys: 3 }), { maxLength: 6 });

function walked(bytes: Buffer, list: JsonSpan): number[] {
  const places: number[] = [];
  for (let start = firstElementAt(bytes, list); start >= 0; ) {
    const end = skipValue(bytes, start);
    places.push(start, end);
    start = nextElementAt(bytes, list, end);
  }
  return places;
}

it("tells where the objects of a list stand, as a walk over it does", () => {
  fc.assert(
    fc.property(objects, json, fc.nat(2), (list, other, indent) => {
      const bytes = Buffer.from(JSON.stringify({ other, list, empty: [] }, null, indent));
      const { members } = scanJson(bytes);
      const member = members.get("list");
      expect(member?.elements).toEqual(member && walked(bytes, member));
      expect(members.get("empty")?.elements).toEqual([]);
      const isListOfObjects =
        Array.isArray(other) &&
        other.every((each) => typeof each === "object" && each !== null && !Array.isArray(each));
      expect(members.get("other")?.elements === null).toBe(!isListOfObjects);
    }),
  );
});

it("tells nothing of a list with many objects", () => {
  const listOf = (length: number) =>
    scanJson(Buffer.from(JSON.stringify({ list: Array.from({ length }, () => ({})) }))).members.get("list")?.elements;
  expect(listOf(8_192)).toHaveLength(16_384);
  expect(listOf(8_193)).toBeNull();
});

it.each([
  ['{"a":[{"cache_control":1}]}', true],
  ['{"a":{"b":[{"cachePoint":{}}]}}', true],
  ['{"a":{"\\u0063achePoint":1}}', true],
  ['{"a":{"\\"cache_control":1}}', true],
  ['{"a":{"type":"cache_control","b":"cachePoint"}}', false],
  ['{"a":[{"role":"user","content":"\\"cache_control\\": 1"}]}', false],
])("knows whether a key may be the mark of a cache: %s", (text, mayHoldMarks) => {
  expect(scanJson(Buffer.from(text)).mayHoldMarks).toBe(mayHoldMarks);
});

it("tells how each of them begins where it begins plainly", () => {
  const message = fc.oneof(
    fc.record({
      role: fc.constantFrom("user", "assistant", "system", "developer", "tool", "users", "u"),
      content: json,
    }),
    fc.record({ content: json, role: fc.constant("user") }),
  );
  // Long ones stand in several windows of what is looked at in one go.
  const long = fc.nat(40_000).map((length) => ({ role: "user", content: "x".repeat(length) }));
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 6, arbitrary: message }, long), { maxLength: 9 }),
      fc.nat(2),
      (list, indent) => {
        const bytes = Buffer.from(JSON.stringify({ list }, null, indent));
        const { elements, beginnings } = scanJson(bytes).members.get("list") ?? {};
        const starts = (elements ?? []).filter((_, at) => at % 2 === 0);
        expect(beginnings).toEqual(starts.map((start) => plainBeginning(bytes, start)));
      },
    ),
  );
});
