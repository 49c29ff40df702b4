import { expect, test } from "vitest";
import { sampleFromSchema } from "../../fakes/scripted-provider/sample-from-schema.ts";

test("a sample has what is required, within the limits of the schema", () => {
  const schema = {
    type: "object",
    properties: {
      name: { type: "string", minLength: 8 },
      short: { type: "string", maxLength: 3 },
      count: { type: ["integer", "null"], exclusiveMinimum: 4 },
      kinds: { type: "array", minItems: 2, items: { enum: ["a", "b"] } },
      when: { type: "string", format: "date" },
      either: { anyOf: [{ type: "boolean" }, { type: "null" }] },
      fixed: { const: 7 },
      optional: { type: "string" },
    },
    required: ["name", "short", "count", "kinds", "when", "either", "fixed"],
  };
  expect(sampleFromSchema(schema)).toEqual({
    name: "samplexx",
    short: "sam",
    count: 5,
    kinds: ["a", "a"],
    when: "2025-01-31",
    either: true,
    fixed: 7,
  });
});

test("types in capitals and references are understood", () => {
  const schema = {
    type: "OBJECT",
    properties: { place: { $ref: "#/$defs/place" } },
    required: ["place"],
    $defs: { place: { type: "OBJECT", properties: { x: { type: "NUMBER" } }, required: ["x"] } },
  };
  expect(sampleFromSchema(schema)).toEqual({ place: { x: 1 } });
});

test("a schema that holds itself comes to an end", () => {
  const node = {
    type: "object",
    properties: { children: { type: "array", items: { $ref: "#" } } },
    required: ["children"],
  };
  expect(JSON.stringify(sampleFromSchema(node))).toContain('{"children":[]}');
});

test("no schema, or one that says nothing, still gives a value", () => {
  expect(sampleFromSchema(undefined)).toBe("sample");
  expect(sampleFromSchema({ type: "object" })).toEqual({});
});
