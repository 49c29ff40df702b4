import fc from "fast-check";
import { expect, it } from "vitest";
import { replaceInput } from "../../../src-gateway/exchange/replace-input.ts";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";

const replace = (text: string, input: string, previousId: string | null): string => {
  const bytes = Buffer.from(text);
  return replaceInput({ bytes, root: scanJson(bytes) }, input, previousId).toString();
};

it("changes two members and leaves every other byte", () => {
  expect(replace(' {"previous_response_id":"x" , "a" : 1.0,\n "input":"i"}\n', "[1]", null)).toBe(
    ' {"input":[1] , "a" : 1.0}\n',
  );
  expect(replace('{"a":"\\u0041","input":[],"previous_response_id":"x"}', "[1]", "y")).toBe(
    '{"a":"\\u0041","input":[1],"previous_response_id":"y"}',
  );
  expect(replace('{"previous_response_id":"x"}', "[]", null)).toBe('{"input":[]}');
});

it("gives JSON with the same other members, wherever the two stand and however it is written", () => {
  const others = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });
  fc.assert(
    fc.property(others, others, others, fc.constantFrom(0, 2), fc.boolean(), fc.boolean(), (...drawn) => {
      const [before, between, after, indent, isSwapped, hasInput] = drawn;
      const own: [string, unknown][] = [["previous_response_id", "old"]];
      if (hasInput) own.push(["input", ["old", { input: "," }]]);
      if (isSwapped) own.reverse();
      const [first, second] = own;
      const members = [...Object.entries(before), first, ...Object.entries(between), second, ...Object.entries(after)];
      const object = Object.fromEntries(
        members.filter((member): member is [string, unknown] => member !== undefined && member[0] !== "__proto__"),
      );
      const { input: _input, previous_response_id: _id, ...rest } = object;
      const text = JSON.stringify({ ...object, previous_response_id: "old" }, null, indent);
      const expected = JSON.parse(JSON.stringify(rest)) as object;
      expect(JSON.parse(replace(text, '["new"]', null))).toEqual({ ...expected, input: ["new"] });
      expect(JSON.parse(replace(text, '["new"]', "id"))).toEqual({
        ...expected,
        input: ["new"],
        previous_response_id: "id",
      });
    }),
  );
});
