import { asObject, type JsonObject } from "../loose-json.ts";
import { camelCase } from "./case-reader.ts";

/** Deeper ones are left as they are: no model reads them, and a client must not be able to exhaust the stack. */
const MAX_DEPTH = 64;
const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);
const COUNTS = new Set(["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"]);
const OF_ONE = new Set(["items", "additionalProperties"]);
const OF_MANY = new Set(["anyOf", "prefixItems"]);
const OF_NAMES = new Set(["properties", "$defs", "defs"]);
/** Keywords that say nothing outside of Google's dialect. */
const DROPPED = new Set(["propertyOrdering", "nullable"]);

/** A schema in Google's OpenAPI dialect as JSON Schema; one that is JSON Schema already comes out as it is. */
export function readSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) return schema;
  const inner = (value: unknown): unknown => {
    const object = asObject(value);
    return object ? readSchema(object, depth + 1) : value;
  };
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    const name = camelCase(key);
    if (DROPPED.has(name)) return [];
    if (name === "type") return typeEntry(value);
    if (name === "format" && value === "enum") return [];
    if (name === "example") return [["examples", [value]]];
    if (COUNTS.has(name)) return [[name, numberOf(value)]];
    if (OF_ONE.has(name)) return [[name, inner(value)]];
    if (OF_MANY.has(name) && Array.isArray(value)) return [[name, value.map(inner)]];
    if (OF_NAMES.has(name) && asObject(value)) {
      const named = Object.entries(asObject(value) ?? {}).map(([each, of]) => [each, inner(of)]);
      return [[name === "defs" ? "$defs" : name, Object.fromEntries(named)]];
    }
    return [[key, value]];
  });
  const read = Object.fromEntries(entries);
  return schema["nullable"] === true ? orNull(read) : read;
}

function typeEntry(value: unknown): [string, unknown][] {
  if (typeof value !== "string") return [["type", value]];
  const lower = value.toLowerCase();
  if (TYPES.has(lower)) return [["type", lower]];
  return lower === "type_unspecified" ? [] : [["type", value]];
}

/** Google writes 64-bit numbers as strings. */
const numberOf = (value: unknown): unknown =>
  typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;

function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values, anyOf } = schema;
  return {
    ...schema,
    ...(typeof type === "string" ? { type: type === "null" ? type : [type, "null"] } : {}),
    ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: [...anyOf, { type: "null" }] } : {}),
  };
}
