/**
 * JSON Schema in the dialect of `output_config.format`, which refuses limits on numbers, lengths and patterns, and objects
 * that are open. Limits move into the description, where the model still reads them.
 */
import type { JsonObject } from "../../ir/json.ts";
import { isObject } from "./home.ts";

const FORMATS = new Set(["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]);

const said = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const unit =
  (before: string, after = "") =>
  (value: unknown): string =>
    `${before} ${said(value)}${after}`;

/** What a keyword that is refused says, in words. */
const WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  minimum: unit("at least"),
  maximum: unit("at most"),
  exclusiveMinimum: unit("more than"),
  exclusiveMaximum: unit("less than"),
  multipleOf: unit("a multiple of"),
  minLength: unit("at least", " characters"),
  maxLength: unit("at most", " characters"),
  pattern: unit("matching the pattern"),
  format: unit("in the format"),
  minItems: unit("at least", " items"),
  maxItems: unit("at most", " items"),
  uniqueItems: () => "no item twice",
  minContains: unit("at least", " matching items"),
  maxContains: unit("at most", " matching items"),
  contains: unit("containing an item that fits"),
  minProperties: unit("at least", " properties"),
  maxProperties: unit("at most", " properties"),
  propertyNames: unit("with property names that fit"),
  patternProperties: unit("with properties by pattern"),
  dependentRequired: unit("with properties that need others:"),
  not: unit("not fitting"),
  enum: unit("one of"),
  const: unit("exactly"),
};

type Rewrite = (value: unknown) => unknown;

const schemaOf: Rewrite = (value) => (isObject(value) ? restrictSchema(value) : {});
const listOf: Rewrite = (value) => (Array.isArray(value) ? value.map(schemaOf) : undefined);
/** Members are names, and may be called like a keyword. */
const namedSchemas: Rewrite = (value) =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, schemaOf(each)])) : undefined;
const asIs: Rewrite = (value) => value;
const isFlat = (value: unknown): boolean => value === null || typeof value !== "object";

/** The keywords that are taken, each with what has to be done to its value; `undefined` when this value is refused. */
const KEPT: Readonly<Record<string, Rewrite>> = {
  type: asIs,
  title: asIs,
  description: asIs,
  default: asIs,
  required: asIs,
  enum: (value) => (Array.isArray(value) && value.every(isFlat) ? value : undefined),
  const: (value) => (isFlat(value) ? value : undefined),
  format: (value) => (typeof value === "string" && FORMATS.has(value) ? value : undefined),
  minItems: (value) => (value === 0 || value === 1 ? value : undefined),
  items: (value) => (Array.isArray(value) ? { anyOf: listOf(value) } : schemaOf(value)),
  properties: namedSchemas,
  $defs: namedSchemas,
  definitions: namedSchemas,
  anyOf: listOf,
  allOf: listOf,
};

/** A copy of the schema that the API takes. */
export function restrictSchema(schema: JsonObject): JsonObject {
  const kept: JsonObject = {};
  const limits: string[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const rewritten = Object.hasOwn(KEPT, keyword) ? KEPT[keyword]?.(value) : undefined;
    if (rewritten !== undefined) kept[keyword] = rewritten;
    else if (Object.hasOwn(WORDS, keyword) && value !== false) limits.push(WORDS[keyword]?.(value) ?? "");
  }
  // A reference stands alone; only definitions may stand beside it.
  if (typeof schema["$ref"] === "string") return { $ref: schema["$ref"], ...definitionsOf(kept) };
  const oneOf = listOf(schema["oneOf"]);
  if (oneOf !== undefined && kept["anyOf"] === undefined) kept["anyOf"] = oneOf;
  if (isObjectSchema(kept)) {
    kept["properties"] ??= {};
    kept["additionalProperties"] = false;
  }
  if (limits.length > 0) kept["description"] = describe(kept["description"], limits);
  return kept;
}

function definitionsOf(kept: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(kept).filter(([name]) => name === "$defs" || name === "definitions"));
}

const isObjectSchema = ({ type, properties }: JsonObject): boolean =>
  type === "object" || (Array.isArray(type) && type.includes("object")) || properties !== undefined;

function describe(description: unknown, limits: readonly string[]): string {
  const words = `Must be: ${limits.join("; ")}.`;
  return typeof description === "string" && description !== "" ? `${description}\n${words}` : words;
}
