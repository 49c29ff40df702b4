import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { readSchema } from "../../../../src-gateway/protocols/gemini-content/read-schema.ts";
import { toOpenApiParameters, toOpenApiSchema } from "../../../../src-gateway/protocols/gemini-content/schema.ts";

/** All that the subset knows; anything else makes Google refuse the whole request. */
const KEYWORDS = new Set([
  ..."type format title description nullable enum items maxItems minItems properties required minProperties".split(" "),
  ..."maxProperties minLength maxLength pattern anyOf minimum maximum".split(" "),
]);
const TYPES = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"];

/** What Google would say to the schema. */
function complaints(schema: JsonObject, path = "schema"): string[] {
  const found = Object.keys(schema)
    .filter((key) => !KEYWORDS.has(key))
    .map((key) => `${path}: unknown name ${key}`);
  const branches = schema["anyOf"] as JsonObject[] | undefined;
  if (branches) {
    if (Object.keys(schema).length > 1) found.push(`${path}: other fields beside anyOf`);
    if (branches.length < 2) found.push(`${path}: anyOf with ${branches.length} branches`);
    return [...found, ...branches.flatMap((branch, index) => complaints(branch, `${path}.anyOf[${index}]`))];
  }
  if (!TYPES.includes(schema["type"] as string)) found.push(`${path}: type ${String(schema["type"])}`);
  const values = schema["enum"] as unknown[] | undefined;
  if (values && (schema["type"] !== "STRING" || values.length === 0)) found.push(`${path}: enum`);
  if (values?.some((value) => typeof value !== "string" || value === "")) found.push(`${path}: enum value`);
  const properties = (schema["properties"] ?? {}) as JsonObject;
  for (const name of (schema["required"] ?? []) as string[]) {
    if (!Object.hasOwn(properties, name)) found.push(`${path}: required ${name}`);
  }
  if (schema["type"] === "ARRAY" && !schema["items"]) found.push(`${path}: no items`);
  for (const [name, of] of Object.entries(properties)) found.push(...complaints(of as JsonObject, `${path}.${name}`));
  if (schema["items"]) found.push(...complaints(schema["items"] as JsonObject, `${path}[]`));
  return found;
}

describe("JSON Schema as the OpenAPI subset", () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      "drops keywords that Google refuses",
      {
        $schema: "x",
        type: "integer",
        exclusiveMinimum: 0,
        minimum: 1,
        multipleOf: 2,
        default: 3,
        $comment: "c",
        format: "int64",
      },
      { type: "INTEGER", minimum: 1, format: "int64" },
    ],
    [
      "keeps properties that are called like keywords",
      {
        type: "object",
        properties: {
          $ref: { type: "string" },
          const: { type: "string" },
          additionalProperties: { type: "object", properties: {} },
          type: { type: "string", format: "uri" },
        },
        required: ["const", "gone"],
        additionalProperties: false,
        propertyNames: { pattern: "x" },
      },
      {
        type: "OBJECT",
        properties: {
          $ref: { type: "STRING" },
          const: { type: "STRING" },
          additionalProperties: { type: "OBJECT" },
          type: { type: "STRING" },
        },
        required: ["const"],
      },
    ],
    ["makes a constant an enum", { const: "a", description: "d" }, { type: "STRING", enum: ["a"], description: "d" }],
    [
      "writes numbers of an enum as text",
      { type: "integer", enum: [1, 2, 2] },
      { type: "STRING", format: "enum", enum: ["1", "2"] },
    ],
    ["lets a constant flag be a flag", { const: true }, { type: "BOOLEAN" }],
    ["makes null in an enum nullable", { enum: ["a", null, ""] }, { type: "STRING", enum: ["a"], nullable: true }],
    [
      "makes null in a list of types nullable",
      { type: ["null", "string"], minLength: 1 },
      { type: "STRING", minLength: 1, nullable: true },
    ],
    [
      "makes a list of types branches",
      { type: ["string", "array", "null"], items: { type: "number" }, description: "d" },
      {
        anyOf: [
          { type: "STRING", description: "d", nullable: true },
          { type: "ARRAY", description: "d", nullable: true, items: { type: "NUMBER" } },
        ],
      },
    ],
    [
      "takes a branch of null for nullable",
      { anyOf: [{ type: "string" }, { type: "null" }], description: "d" },
      { type: "STRING", description: "d", nullable: true },
    ],
    [
      "takes nothing beside branches",
      { oneOf: [{ type: "string", description: "own" }, { type: "number" }, { type: "null" }], description: "d" },
      {
        anyOf: [
          { type: "STRING", description: "own", nullable: true },
          { type: "NUMBER", description: "d", nullable: true },
        ],
      },
    ],
    ["joins branches of constants", { anyOf: [{ const: "a" }, { const: "b" }] }, { type: "STRING", enum: ["a", "b"] }],
    [
      "joins what has to hold together",
      {
        allOf: [
          { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: {} }, required: ["b"] },
        ],
      },
      { type: "OBJECT", properties: { a: { type: "STRING" }, b: { type: "STRING" } }, required: ["a", "b"] },
    ],
    [
      "joins the branches of an object",
      {
        type: "object",
        properties: { kind: { type: "string" } },
        required: ["kind"],
        anyOf: [
          { properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: { type: "number" } }, required: ["b"] },
        ],
      },
      {
        type: "OBJECT",
        properties: { kind: { type: "STRING" }, a: { type: "STRING" }, b: { type: "NUMBER" } },
        required: ["kind"],
      },
    ],
    [
      "joins the places of a tuple",
      { prefixItems: [{ type: "string" }, { type: "string" }] },
      { type: "ARRAY", items: { type: "STRING" } },
    ],
    ["gives arrays items", { type: "array" }, { type: "ARRAY", items: { type: "STRING" } }],
    ["has text for anything", { description: "d" }, { type: "STRING", description: "d" }],
    [
      "follows references, with what stands beside them",
      {
        properties: { a: { $ref: "#/$defs/a~1b", description: "mine" } },
        $defs: { "a/b": { $ref: "#/definitions/c" } },
        definitions: { c: { type: "number", description: "theirs" } },
      },
      { type: "OBJECT", properties: { a: { type: "NUMBER", description: "mine" } } },
    ],
    [
      "breaks circles with a plain object",
      {
        $ref: "#/$defs/node",
        $defs: {
          node: {
            type: "object",
            properties: { next: { $ref: "#/$defs/node", description: "d" }, value: { type: "number" } },
          },
        },
      },
      { type: "OBJECT", properties: { next: { type: "OBJECT", description: "d" }, value: { type: "NUMBER" } } },
    ],
    [
      "has a plain object for references that lead nowhere",
      { properties: { a: { $ref: "https://x" }, b: { $ref: "#/gone" } } },
      { type: "OBJECT", properties: { a: { type: "OBJECT" }, b: { type: "OBJECT" } } },
    ],
  ])("%s", (_, schema, expected) => {
    const before = structuredClone(schema);
    const converted = toOpenApiSchema(schema);
    expect(converted).toEqual(expected);
    expect(complaints(converted)).toEqual([]);
    expect(schema).toEqual(before);
  });

  it("leaves out the arguments of functions that take none", () => {
    const empty = [
      undefined,
      {},
      { type: "object" },
      { type: "object", properties: {}, required: [] },
      { $schema: "x", additionalProperties: false },
    ];
    expect(empty.map((schema) => toOpenApiParameters(schema))).toEqual(empty.map(() => undefined));
  });

  it("makes an object of arguments whatever form they have", () => {
    const a = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    const b = { type: "object", properties: { b: { type: "string" } }, required: ["b"] };
    const expected = { type: "OBJECT", properties: { a: { type: "STRING" }, b: { type: "STRING" } } };
    expect(toOpenApiParameters({ anyOf: [a, b] })).toEqual(expected);
    expect(toOpenApiParameters({ type: ["object", "null"], oneOf: [a, { anyOf: [b, { type: "null" }] }] })).toEqual(
      expected,
    );
  });

  it("stays small for a small schema that describes an enormous one", () => {
    const $defs: JsonObject = { n0: { type: "string" } };
    for (let n = 1; n <= 40; n++) {
      $defs[`n${n}`] = {
        type: "object",
        properties: { a: { $ref: `#/$defs/n${n - 1}` }, b: { $ref: `#/$defs/n${n - 1}` } },
      };
    }
    const converted = toOpenApiSchema({ $ref: "#/$defs/n40", $defs });
    expect(JSON.stringify(converted).length).toBeLessThan(200_000);
    expect(complaints(converted)).toEqual([]);
  });

  it("survives a schema of any depth", () => {
    let schema: JsonObject = { type: "string" };
    for (let n = 0; n < 5_000; n++)
      schema = n % 2 === 0 ? { anyOf: [schema, { type: "number" }] } : { type: "array", items: schema };
    expect(complaints(toOpenApiSchema(schema))).toEqual([]);
    expect(() => readSchema(schema)).not.toThrow();
  });

  it("is never refused by Google, whatever the schema", () => {
    const keyword = fc.constantFrom(
      ..."type enum const anyOf oneOf allOf items properties required $ref prefixItems description format minimum nullable minLength __proto__".split(
        " ",
      ),
    );
    const { schema } = fc.letrec<{ schema: unknown; value: unknown }>((tie) => ({
      schema: fc.oneof(
        { depthSize: "small" },
        fc.boolean(),
        fc.array(fc.tuple(keyword, tie("value")), { maxLength: 4 }).map(Object.fromEntries),
      ),
      value: fc.oneof(
        fc.constantFrom<unknown>(
          "string",
          "object",
          "array",
          "null",
          "INTEGER",
          "number",
          "#",
          "#/properties/type",
          "constructor",
          "",
          1,
          null,
          true,
        ),
        tie("schema"),
        fc.array(tie("schema"), { maxLength: 3 }),
        fc.array(fc.constantFrom<unknown>("string", "null", "array", "", 1, true, null), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(schema, (any) => {
        const object = any as JsonObject;
        expect(complaints(toOpenApiSchema(object))).toEqual([]);
        const parameters = (typeof any === "boolean" ? undefined : toOpenApiParameters(object)) ?? { type: "OBJECT" };
        expect([parameters["type"], ...complaints(parameters)]).toEqual(["OBJECT"]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the OpenAPI subset as JSON Schema", () => {
  it("has types in lower case, null as a type and counts as numbers", () => {
    const schema = {
      type: "OBJECT",
      properties: {
        type: { type: "STRING", nullable: true, enum: ["a"], format: "enum" },
        any_of: {
          any_of: [{ type: "NUMBER" }, { type: "ARRAY", minItems: "2", items: { type: "BOOLEAN" } }],
          nullable: true,
        },
        example: { type: "TYPE_UNSPECIFIED", example: 5, format: "date-time" },
      },
      propertyOrdering: ["type"],
      required: ["type"],
    };
    expect(readSchema(schema)).toEqual({
      type: "object",
      properties: {
        type: { type: ["string", "null"], enum: ["a", null] },
        any_of: {
          anyOf: [{ type: "number" }, { type: "array", minItems: 2, items: { type: "boolean" } }, { type: "null" }],
        },
        example: { examples: [5], format: "date-time" },
      },
      required: ["type"],
    });
  });

  it("leaves JSON Schema as it is", () => {
    const schema = {
      $schema: "x",
      type: "object",
      properties: { a: { type: ["string", "null"] } },
      $defs: { b: { const: 1 } },
      additionalProperties: false,
    };
    expect(readSchema(schema)).toEqual(schema);
  });
});
