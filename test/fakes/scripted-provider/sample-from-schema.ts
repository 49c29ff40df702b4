import { asArray, asObject, asText, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";

/** The smallest value that a JSON schema accepts, or nearly: enough for tool arguments and structured answers. */
export function sampleFromSchema(schema: unknown, root: unknown = schema, depth = 0): unknown {
  const rule = resolve(asObject(schema) ?? {}, root);
  if ("const" in rule) return rule["const"];
  if (asArray(rule["enum"]).length > 0) return asArray(rule["enum"])[0];
  if ("default" in rule) return rule["default"];
  const choice = asArray(rule["anyOf"])[0] ?? asArray(rule["oneOf"])[0];
  if (choice !== undefined) return sampleFromSchema(choice, root, depth + 1);
  // Gemini writes its types in capitals; others allow a list of them.
  const type = asText(rule["type"]) ?? asText(asArray(rule["type"])[0]) ?? (rule["properties"] ? "object" : "string");
  switch (type.toLowerCase()) {
    case "object":
      return sampleObject(rule, root, depth);
    case "array":
      return sampleArray(rule, root, depth);
    case "integer":
    case "number":
      return sampleNumber(rule);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return sampleText(rule);
  }
}

function resolve(rule: JsonObject, root: unknown): JsonObject {
  const ref = rule["$ref"];
  if (typeof ref !== "string" || !ref.startsWith("#")) return rule;
  let found: unknown = root;
  for (const step of ref.split("/").slice(1)) found = asObject(found)?.[step];
  return asObject(found) ?? {};
}

/** Required members only, once the schema is deep: a recursive one must come to an end. */
function sampleObject(rule: JsonObject, root: unknown, depth: number): JsonObject {
  const required = new Set(asArray(rule["required"]));
  const members = Object.entries(asObject(rule["properties"]) ?? {});
  const wanted = members.filter(([name]) => required.has(name) || (required.size === 0 && depth < 3));
  return Object.fromEntries(wanted.map(([name, member]) => [name, sampleFromSchema(member, root, depth + 1)]));
}

function sampleArray(rule: JsonObject, root: unknown, depth: number): unknown[] {
  const least = Number(rule["minItems"] ?? (depth < 6 ? 1 : 0));
  return Array.from({ length: least }, () => sampleFromSchema(rule["items"], root, depth + 1));
}

function sampleNumber(rule: JsonObject): number {
  if (typeof rule["minimum"] === "number") return Math.ceil(rule["minimum"]);
  if (typeof rule["exclusiveMinimum"] === "number") return Math.floor(rule["exclusiveMinimum"]) + 1;
  return typeof rule["maximum"] === "number" ? Math.min(1, Math.floor(rule["maximum"])) : 1;
}

function sampleText(rule: JsonObject): string {
  const formats: Record<string, string> = {
    date: "2025-01-31",
    "date-time": "2025-01-31T12:00:00Z",
    email: "someone@example.com",
    uri: "https://example.com/",
    uuid: "00000000-0000-4000-8000-000000000000",
  };
  const text = formats[String(rule["format"])] ?? "sample";
  return text.padEnd(Number(rule["minLength"] ?? 0), "x").slice(0, Number(rule["maxLength"] ?? text.length + 1e6));
}
