/**
 * JSON Schema as the OpenAPI subset that Google's `parameters` and `responseSchema` take. The subset knows few keywords and
 * refuses the whole request over any other, so what has no counterpart is left out, and the schema gets looser.
 */
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { bothSchemas, eitherSchema, settleSchema } from "./schema-forms.ts";

const MAX_DEPTH = 64;
/** References can name each other so that a small schema describes an enormous one. */
const MAX_NODES = 2_000;

const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object"]);
const TEXTS = ["title", "description", "pattern", "format"];
const NUMBERS = [
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
];

interface Walk {
  root: JsonObject;
  /** References that are being followed. */
  open: readonly string[];
  depth: number;
  budget: { nodes: number };
}

export function toOpenApiSchema(schema: JsonObject): JsonObject {
  return settleSchema(convert(schema, { root: schema, open: [], depth: 0, budget: { nodes: MAX_NODES } }));
}

/** The same for the arguments of a function, which are an object; undefined when there are none. */
export function toOpenApiParameters(schema: JsonObject | undefined): JsonObject | undefined {
  if (schema === undefined || isEmptySchema(schema)) return undefined;
  const open = convert(schema, { root: schema, open: [], depth: 0, budget: { nodes: MAX_NODES } });
  const { types: _, nullable: _nullable, ...base } = open;
  const settled = settleSchema({ ...base, type: "OBJECT" });
  return settled["properties"] === undefined ? undefined : settled;
}

/** Whether the schema lets nothing be said: functions without arguments are declared without a schema. */
export function isEmptySchema(schema: JsonObject): boolean {
  const meaningful = Object.keys(schema).filter((key) => !["type", "$schema", "title", "description"].includes(key));
  return meaningful.every((key) => {
    if (key === "additionalProperties") return typeof schema[key] === "boolean";
    const value = schema[key];
    return ["properties", "required"].includes(key) && (value === null || Object.keys(Object(value)).length === 0);
  });
}

/** Without a type where the schema leaves it open: `settleSchema` decides once all that is known has been joined. */
function convert(node: unknown, walk: Walk): JsonObject {
  const schema = asObject(node);
  if (!schema) return {};
  walk.budget.nodes--;
  if (walk.depth > MAX_DEPTH || walk.budget.nodes < 0) return { type: "OBJECT" };
  const ref = asText(schema["$ref"]) ?? asText(schema["$dynamicRef"]) ?? asText(schema["$recursiveRef"]);
  if (ref !== null) return follow(ref, schema, walk);

  const below: Walk = { ...walk, depth: walk.depth + 1 };
  let open: JsonObject = { ...plainKeywords(schema), ...typesOf(schema), ...childrenOf(schema, below) };
  const values = enumOf(schema, open["type"]);
  open = { ...open, ...(values["type"] === undefined ? {} : { types: undefined }), ...values };
  for (const branch of asArray(schema["allOf"])) open = bothSchemas(open, convert(branch, below));
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = asArray(schema[keyword]);
    if (branches.length === 0) continue;
    const real = branches.filter((branch) => !isNull(branch));
    if (real.length < branches.length) open = { ...open, nullable: true };
    open = eitherSchema(
      open,
      real.map((branch) => convert(branch, below)),
    );
  }
  return open;
}

function follow(ref: string, schema: JsonObject, walk: Walk): JsonObject {
  const { $ref: _, $dynamicRef: _dynamic, $recursiveRef: _recursive, ...beside } = schema;
  const target = walk.open.includes(ref) ? null : resolve(ref, walk.root);
  if (target === null) {
    const description = asText(schema["description"]);
    return { type: "OBJECT", ...(description === null ? {} : { description }) };
  }
  return convert({ ...target, ...beside }, { ...walk, depth: walk.depth + 1, open: [...walk.open, ref] });
}

/** What a pointer into the schema itself points to; null for other documents and for nothing. */
function resolve(ref: string, root: JsonObject): JsonObject | null {
  if (!ref.startsWith("#")) return null;
  let at: unknown = root;
  for (const piece of ref.slice(1).split("/").slice(1)) {
    const key = unescapePointer(piece);
    if (Array.isArray(at)) at = at[Number(key)];
    else {
      const object: JsonObject | null = asObject(at);
      at = object && Object.hasOwn(object, key) ? object[key] : undefined;
    }
  }
  return asObject(at);
}

function unescapePointer(piece: string): string {
  let plain = piece;
  try {
    plain = decodeURIComponent(piece);
  } catch {
    // A percent sign in the name itself.
  }
  return plain.replaceAll("~1", "/").replaceAll("~0", "~");
}

function plainKeywords(schema: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const name of TEXTS) if (asText(schema[name]) !== null) kept[name] = schema[name];
  for (const name of NUMBERS) if (Number.isFinite(schema[name])) kept[name] = schema[name];
  if (schema["nullable"] === true) kept["nullable"] = true;
  return kept;
}

function typesOf(schema: JsonObject): JsonObject {
  const said = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]];
  const words = said.flatMap((type) => (typeof type === "string" ? [type.toLowerCase()] : []));
  const types = [...new Set(words.filter((word) => TYPES.has(word)).map((word) => word.toUpperCase()))];
  const nullable = words.includes("null") ? { nullable: true } : {};
  // Every integer is a number, too.
  const apart = types.includes("NUMBER") ? types.filter((type) => type !== "INTEGER") : types;
  if (apart.length <= 1) return { ...(apart[0] === undefined ? {} : { type: apart[0] }), ...nullable };
  return { types: apart, ...nullable };
}

/** Properties are looked up by name, so one that is called like a keyword is a property all the same. */
function childrenOf(schema: JsonObject, walk: Walk): JsonObject {
  const properties = asObject(schema["properties"]);
  const { items, prefixItems } = schema;
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
  const children: JsonObject = {};
  if (properties) {
    const named = Object.entries(properties).map(([name, value]) => [name, settleSchema(convert(value, walk))]);
    children["properties"] = Object.fromEntries(named) as JsonObject;
    children["required"] = asArray(schema["required"]).filter((name) => typeof name === "string");
  } else if (Array.isArray(schema["required"])) children["required"] = schema["required"];
  if (tuple.length > 0)
    children["items"] = settleSchema(
      eitherSchema(
        {},
        tuple.map((item) => convert(item, walk)),
      ),
    );
  else if (asObject(items)) children["items"] = settleSchema(convert(items, walk));
  return children;
}

/** The subset only knows enums of text. */
function enumOf(schema: JsonObject, type: unknown): JsonObject {
  const values = "const" in schema ? [schema["const"]] : Array.isArray(schema["enum"]) ? schema["enum"] : [];
  // Google refuses an empty text among the values.
  const real = values.filter((value) => value !== null && value !== "");
  const nullable = values.includes(null) ? { nullable: true } : {};
  if (real.length === 0 || real.some((value) => typeof value === "object")) return nullable;
  // As text these would not be what the function takes.
  if (real.every((value) => typeof value === "boolean")) return { type: "BOOLEAN", ...nullable };
  if (real.every((value) => typeof value === "string")) {
    return type === undefined || type === "STRING"
      ? { type: "STRING", enum: [...new Set(real)], ...nullable }
      : nullable;
  }
  return { type: "STRING", format: "enum", enum: [...new Set(real.map(String))], ...nullable };
}

function isNull(node: unknown): boolean {
  const schema = asObject(node);
  if (!schema) return false;
  const values = schema["enum"];
  return (
    schema["type"] === "null" ||
    ("const" in schema && schema["const"] === null) ||
    (Array.isArray(values) && values.length > 0 && values.every((value) => value === null))
  );
}
