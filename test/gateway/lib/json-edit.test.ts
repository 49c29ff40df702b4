import fc from "fast-check";
import { expect, it } from "vitest";
import { editJson } from "../../../src-gateway/lib/json-edit.ts";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";

const edit = (text: string, edits: Record<string, string | null>): string => {
  const bytes = Buffer.from(text);
  return editJson(bytes, scanJson(bytes), edits).toString();
};

it("leaves alone what it does not name", () => {
  expect(edit(' {"a" : 1.0, "gone":[],\n "\\u0062":"\\u0041" , "kept":-0 }\n', { gone: null, b: "2", new: "[]" })).toBe(
    '{"a" : 1.0,"\\u0062":2,"kept":-0,"new":[]}',
  );
  expect(edit("{}", {})).toBe("{}");
  expect(edit('{"a":1}', { a: null })).toBe("{}");
  expect(edit("{ }", { a: "1" })).toBe('{"a":1}');
});

it("means the same as an edit of the values", () => {
  const name = fc.oneof(fc.constantFrom("input", "a", "ä"), fc.string()).filter((each) => each !== "__proto__");
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.jsonValue()),
      fc.dictionary(name, fc.option(fc.jsonValue())),
      fc.constantFrom(0, 3),
      (object, changes, indent) => {
        const edits = Object.fromEntries(
          Object.entries(changes).map(([key, value]) => [key, value === null ? null : JSON.stringify(value)]),
        );
        const all = Object.entries({ ...object, ...changes });
        const expected = Object.fromEntries(
          all.filter(([key, value]) => !(Object.hasOwn(changes, key) && value === null)),
        );
        expect(JSON.parse(edit(JSON.stringify(object, null, indent), edits))).toEqual(
          JSON.parse(JSON.stringify(expected)),
        );
      },
    ),
  );
});
