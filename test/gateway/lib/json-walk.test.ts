import fc from "fast-check";
import { expect, it } from "vitest";
import {
  firstElementAt,
  isArrayAt,
  isObjectAt,
  type JsonSpan,
  membersOf,
  nextElementAt,
  rawTextAt,
  skipValue,
} from "../../../src-gateway/lib/json-walk.ts";

/** Builds the value again from nothing but the places that walking found. */
function rebuild(bytes: Buffer, span: JsonSpan): unknown {
  if (isArrayAt(bytes, span)) {
    const list: unknown[] = [];
    for (let start = firstElementAt(bytes, span); start >= 0; ) {
      const end = skipValue(bytes, start);
      list.push(rebuild(bytes, { start, end }));
      start = nextElementAt(bytes, span, end);
    }
    return list;
  }
  if (isObjectAt(bytes, span)) {
    return Object.fromEntries(
      [...membersOf(bytes, span)].map(([key, value]) => [JSON.parse(`"${key}"`) as string, rebuild(bytes, value)]),
    );
  }
  return JSON.parse(bytes.toString("utf8", span.start, span.end));
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', "\\", "a", "]", "}", ",", "é"), maxLength: 60 }),
);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    // JSON writes -0 as 0.
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.constantFrom(true, false, null),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
}));

it("finds every element and member, however they are spaced", () => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 1, "\t"), fc.string(), (value, indent, behind) => {
      const front = "  ";
      const bytes = Buffer.from(`${front}${JSON.stringify(value, null, indent)} ${behind}`);
      const end = skipValue(bytes, front.length);
      expect(rebuild(bytes, { start: front.length, end })).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

it("comes to an end on bytes that are no JSON", () => {
  const soup = fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "\\", "1", " "), maxLength: 40 });
  fc.assert(
    fc.property(soup, (source) => {
      const bytes = Buffer.from(source);
      const whole = { start: 0, end: bytes.length };
      expect(skipValue(bytes, 0)).toBeGreaterThan(0);
      membersOf(bytes, whole);
      for (let at = firstElementAt(bytes, whole); at >= 0; ) at = nextElementAt(bytes, whole, skipValue(bytes, at));
    }),
    { numRuns: 1_000 },
  );
});

it("gives the text of strings only", () => {
  const bytes = Buffer.from('{"a":"x","b":7}');
  const members = membersOf(bytes, { start: 0, end: bytes.length });
  expect([rawTextAt(bytes, members.get("a")), rawTextAt(bytes, members.get("b"))]).toEqual(["x", null]);
  expect(rawTextAt(bytes, members.get("c"))).toBeNull();
});
