/** Tools and the choice among them, both ways. */
import type { JsonObject } from "../../ir/json.ts";
import type { FunctionTool, Tool } from "../../ir/part.ts";
import { asObject } from "../loose-json.ts";
import { createTaker, invalid, type Taker, wireFields, withHome, withoutLacking } from "./chat-fields.ts";
import { encodeCache, splitCache } from "./parts.ts";

/**
 * Where a function keeps its fields: in `function`, or, as some clients send them, in the tool itself, in the words of
 * Responses or of Messages. `legacy` is the older list `functions`.
 */
type Style = "nested" | "flat" | "messages" | "legacy";

export function decodeTool(entry: unknown, where: string): Tool {
  const raw = asObject(entry);
  if (!raw) throw invalid(where, "must be a tool: an object with a `type`.");
  const { cache, spelling, rest } = splitCache(raw);
  const style = styleOf(rest);
  const tool = rest["type"] === "custom" && style === "nested" ? decodeCustom(rest) : decodeFunction(rest, style);
  if (!tool) return { kind: "native", wire: "openai-chat", type: String(raw["type"]), raw };
  if (!cache || tool.kind !== "function")
    return cache ? { kind: "native", wire: "openai-chat", type: "custom", raw } : tool;
  return { ...tool, cache, ...withHome(tool.home ?? {}, { $breakpoint: spelling === "prompt_cache_breakpoint" }) };
}

/** An entry of the older list `functions`. */
export function decodeLegacyFunction(entry: unknown, where: string): Tool {
  const tool = decodeFunction(asObject(entry) ?? {}, "legacy");
  if (!tool) throw invalid(where, "must be a function: an object with a `name`.");
  return tool;
}

export const isLegacyTool = (tool: Tool): boolean => tool.kind === "function" && tool.home?.["$style"] === "legacy";

function styleOf(raw: JsonObject): Style {
  if (raw["function"] !== undefined || raw["name"] === undefined) return "nested";
  if (raw["input_schema"] !== undefined) return "messages";
  return raw["type"] === "function" || raw["type"] === undefined ? "flat" : "nested";
}

function decodeFunction(raw: JsonObject, style: Style): FunctionTool | null {
  const outer = createTaker(raw);
  const body = style === "nested" ? createTaker(outer.object("function") ?? {}) : outer;
  const name = body.filled("name");
  if (name === undefined) return null;
  const lacks = style === "nested" && !outer.has("type") ? ["type"] : [];
  if (style === "nested" && raw["type"] === "function") outer.any("type");
  const description = body.text("description");
  const schema = body.object(style === "messages" ? "input_schema" : "parameters");
  const strict = readStrict(body);
  const notes = {
    $style: style === "nested" ? undefined : style,
    $inner: style === "nested" ? body.rest() : undefined,
    $lacks: lacks,
  };
  return {
    kind: "function",
    name,
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema }),
    ...(strict === undefined ? {} : { strict }),
    ...withHome(outer.rest(), notes),
  };
}

function readStrict(body: Taker): boolean | null | undefined {
  if (body.peek("strict") !== null) return body.flag("strict");
  body.any("strict");
  return null;
}

function decodeCustom(raw: JsonObject): Tool | null {
  const outer = createTaker(raw);
  outer.any("type");
  const body = createTaker(outer.object("custom") ?? {});
  const name = body.filled("name");
  if (name === undefined) return null;
  const description = body.text("description");
  const grammar = readGrammar(body);
  return {
    kind: "custom",
    name,
    ...(description === undefined ? {} : { description }),
    ...(grammar === null ? {} : { grammar }),
    ...withHome(outer.rest(), { $inner: body.rest() }),
  };
}

/** Null, and left where it is, for free text and for what has other fields than a grammar has. */
function readGrammar(body: Taker): { syntax: string; definition: string } | null {
  const format = asObject(body.peek("format"));
  const grammar = asObject(format?.["grammar"]);
  if (format?.["type"] !== "grammar" || !grammar || Object.keys(format).length !== 2) return null;
  const { syntax, definition, ...rest } = grammar;
  if (typeof syntax !== "string" || typeof definition !== "string" || Object.keys(rest).length > 0) return null;
  body.any("format");
  return { syntax, definition };
}

/** `exact` writes what was read from this wire; otherwise every function gets a schema. Null for what has no spelling here. */
export function encodeTool(tool: Tool, exact: boolean): JsonObject | null {
  switch (tool.kind) {
    case "native":
      return tool.raw;
    case "custom": {
      const grammar = tool.grammar ? { format: { type: "grammar", grammar: tool.grammar } } : {};
      const body = { name: tool.name, ...described(tool), ...grammar, ...innerOf(tool) };
      return { type: "custom", custom: body, ...wireFields(tool.home) };
    }
    case "function":
      return encodeFunction(tool, exact);
    default:
      return null;
  }
}

function encodeFunction(tool: FunctionTool, exact: boolean): JsonObject {
  const style = tool.home?.["$style"];
  const schema = tool.schema ?? (exact ? undefined : { type: "object", properties: {} });
  const hasStrict = tool.strict !== undefined && (exact || tool.strict !== null);
  const body = {
    name: tool.name,
    ...described(tool),
    ...(schema === undefined ? {} : { [style === "messages" ? "input_schema" : "parameters"]: schema }),
    ...(hasStrict ? { strict: tool.strict } : {}),
    ...innerOf(tool),
  };
  const around = { ...(exact ? encodeCache(tool.cache, tool.home) : {}), ...wireFields(tool.home) };
  if (style !== undefined) return { ...body, ...around };
  return withoutLacking({ type: "function", function: body, ...around }, tool.home);
}

const described = (tool: { description?: string }): JsonObject =>
  tool.description === undefined ? {} : { description: tool.description };

const innerOf = (tool: { home?: JsonObject }): JsonObject => wireFields(asObject(tool.home?.["$inner"]) ?? {});
