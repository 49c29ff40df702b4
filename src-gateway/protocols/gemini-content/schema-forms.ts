/** Joining and finishing schemas of the OpenAPI subset, which has no `allOf`, and takes nothing beside an `anyOf`. */
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

const STRING_FORMATS = new Set(["enum", "date-time"]);
const NUMBER_FORMATS = new Set(["float", "double", "int32", "int64"]);
const FOR_ALL = ["title", "description", "nullable"];
const FOR_NUMBERS = ["minimum", "maximum"];
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  STRING: ["enum", "minLength", "maxLength", "pattern"],
  NUMBER: FOR_NUMBERS,
  INTEGER: FOR_NUMBERS,
  BOOLEAN: [],
  ARRAY: ["items", "minItems", "maxItems"],
  OBJECT: ["properties", "minProperties", "maxProperties"],
};

/** What satisfies both. Where they contradict each other, the first one wins. */
export function bothSchemas(first: JsonObject, second: JsonObject): JsonObject {
  const properties = { ...asObject(second["properties"]), ...asObject(first["properties"]) };
  const required = [...new Set([...asArray(first["required"]), ...asArray(second["required"])])];
  return {
    ...second,
    ...first,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** What satisfies `base` and one of the branches. */
export function eitherSchema(base: JsonObject, branches: readonly JsonObject[]): JsonObject {
  const [only] = branches;
  if (only === undefined) return base;
  if (branches.length === 1) return bothSchemas(base, only);
  if (base["type"] === "OBJECT" || base["properties"] !== undefined) return anyProperties(base, branches);
  // A type of its own beside branches: they only narrow it further.
  if (base["type"] !== undefined || base["types"] !== undefined) return base;
  const settled = branches.map((branch) => settleSchema(branch));
  const values = settled.flatMap((branch) => (branch["type"] === "STRING" ? asArray(branch["enum"]) : []));
  if (settled.every((branch) => branch["type"] === "STRING" && branch["enum"] !== undefined)) {
    return { ...base, type: "STRING", enum: [...new Set(values)] };
  }
  const known = new Set<string>();
  const anyOf = settled.filter((branch) => {
    const text = JSON.stringify(branch);
    if (known.has(text)) return false;
    known.add(text);
    return true;
  });
  return anyOf.length === 1 ? bothSchemas(base, anyOf[0] ?? {}) : { ...base, anyOf };
}

/** An object with the properties of all branches; only what every branch requires is required. */
function anyProperties(base: JsonObject, branches: readonly JsonObject[]): JsonObject {
  const flat = branches.flatMap(branchesOf);
  const properties = flat.reduce<JsonObject>((all, branch) => ({ ...all, ...asObject(branch["properties"]) }), {});
  const lists = flat.map((branch) => asArray(branch["required"]));
  const required = lists.reduce((kept, list) => kept.filter((name) => list.includes(name)), lists[0] ?? []);
  return bothSchemas(base, { type: "OBJECT", properties, required });
}

const branchesOf = (schema: JsonObject): JsonObject[] =>
  Array.isArray(schema["anyOf"]) ? objects(schema["anyOf"]) : [schema];
const objects = (list: unknown): JsonObject[] =>
  asArray(list)
    .map(asObject)
    .filter((item) => item !== null);

/** With the type that the subset demands, and nothing that it refuses beside it. */
export function settleSchema(open: JsonObject): JsonObject {
  if (Array.isArray(open["types"])) {
    const { types, ...rest } = open;
    return settleSchema({ anyOf: types.map((type: unknown) => settleSchema({ ...rest, type })) });
  }
  if (Array.isArray(open["anyOf"])) {
    const { anyOf, ...base } = open;
    if (base["type"] === "OBJECT" || base["properties"] !== undefined)
      return settleSchema(anyProperties(base, objects(anyOf)));
    const { description, nullable } = base;
    const branches = objects(anyOf).flatMap(branchesOf);
    return {
      anyOf: branches.map((branch) => ({
        ...(description === undefined ? {} : { description }),
        ...branch,
        ...(nullable === true ? { nullable } : {}),
      })),
    };
  }
  const type = asText(open["type"]) ?? guessType(open);
  const settled: JsonObject = { type };
  for (const key of [...FOR_ALL, ...(BY_TYPE[type] ?? [])]) if (open[key] !== undefined) settled[key] = open[key];
  if (isFormat(open["format"], type)) settled["format"] = open["format"];
  if (asArray(settled["enum"]).length === 0) delete settled["enum"];
  if (type === "ARRAY") settled["items"] ??= { type: "STRING" };
  if (type === "OBJECT") settleObject(settled, open);
  return settled;
}

function settleObject(settled: JsonObject, open: JsonObject): void {
  const properties = asObject(settled["properties"]) ?? {};
  if (Object.keys(properties).length === 0) delete settled["properties"];
  const required = asArray(open["required"]).filter(
    (name) => typeof name === "string" && Object.hasOwn(properties, name),
  );
  if (required.length > 0) settled["required"] = [...new Set(required)];
}

function guessType(open: JsonObject): string {
  if (open["properties"] !== undefined) return "OBJECT";
  if (open["items"] !== undefined) return "ARRAY";
  if (open["minimum"] !== undefined || open["maximum"] !== undefined) return "NUMBER";
  // The subset has no word for "anything"; text can say most.
  return "STRING";
}

function isFormat(format: unknown, type: string): boolean {
  if (typeof format !== "string") return false;
  if (type === "STRING") return STRING_FORMATS.has(format);
  return (type === "NUMBER" || type === "INTEGER") && NUMBER_FORMATS.has(format);
}
