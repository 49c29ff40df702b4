/** The choice among tools, both ways. */
import type { JsonObject } from "../../ir/json.ts";
import type { Tool, ToolChoice } from "../../ir/part.ts";
import { asObject, asText } from "../loose-json.ts";
import { createTaker, wireFields, withHome } from "./chat-fields.ts";

const WORDS: Readonly<Record<string, "auto" | "none" | "required">> = {
  auto: "auto",
  none: "none",
  required: "required",
  // Mistral's and Anthropic's word.
  any: "required",
};

/** Null for a choice that this wire does not know; it stays among the fields of the request. */
export function decodeToolChoice(value: unknown): ToolChoice | null {
  if (typeof value === "string") {
    const mode = WORDS[value];
    return mode === undefined ? null : { mode, ...withHome({}, { $word: value === mode ? undefined : value }) };
  }
  const raw = asObject(value);
  if (!raw) return null;
  if (raw["type"] === "allowed_tools") return decodeAllowed(raw);
  return decodeNamed(raw) ?? decodeForeign(raw);
}

/** The older field `function_call` of a request. */
export function decodeLegacyChoice(value: unknown): ToolChoice | null {
  if (value === "auto" || value === "none") return { mode: value, home: { $style: "legacy" } };
  const fields = createTaker(asObject(value) ?? {});
  const name = fields.filled("name");
  return name === undefined ? null : { mode: "named", name, ...withHome(fields.rest(), { $style: "legacy" }) };
}

function decodeNamed(raw: JsonObject): ToolChoice | null {
  const kind = raw["type"];
  if (kind !== "function" && kind !== "custom") return null;
  const outer = createTaker(raw);
  outer.any("type");
  const isFlat = raw[kind] === undefined;
  const body = isFlat ? outer : createTaker(outer.object(kind) ?? {});
  const name = body.filled("name");
  if (name === undefined) return null;
  const notes = isFlat ? { $style: "flat" } : { $inner: body.rest() };
  return { mode: "named", name, ...(kind === "custom" ? { custom: true } : {}), ...withHome(outer.rest(), notes) };
}

/** The choice in Anthropic's words. */
function decodeForeign(raw: JsonObject): ToolChoice | null {
  const word = asText(raw["type"]);
  const fields = createTaker(raw);
  fields.any("type");
  const name = word === "tool" ? fields.filled("name") : undefined;
  const mode = name === undefined ? WORDS[word ?? ""] : "named";
  if (mode === undefined) return null;
  return {
    mode,
    ...(name === undefined ? {} : { name }),
    ...withHome(fields.rest(), { $style: "messages", $word: word }),
  };
}

function decodeAllowed(raw: JsonObject): ToolChoice | null {
  const outer = createTaker(raw);
  outer.any("type");
  const body = createTaker(outer.object("allowed_tools") ?? {});
  const mode = body.text("mode");
  const tools = body.any("tools");
  if ((mode !== "auto" && mode !== "required") || !Array.isArray(tools)) return null;
  const allowed = tools.flatMap((tool: unknown) => {
    const object = asObject(tool);
    const inner = asObject(object?.["function"]) ?? asObject(object?.["custom"]) ?? object;
    return asText(inner?.["name"]) ?? [];
  });
  return { mode, allowed, home: { ...outer.rest(), $inner: body.rest(), $tools: tools } };
}

/** The field that says it, and its value. `tools` tells which of the allowed ones take free text. */
export function encodeToolChoice(choice: ToolChoice, tools: Tool[]): JsonObject {
  const rest = wireFields(choice.home);
  const style = choice.home?.["$style"];
  const word = asText(choice.home?.["$word"]) ?? choice.mode;
  if (style === "legacy") return { function_call: choice.name === undefined ? word : { name: choice.name, ...rest } };
  const name = choice.name === undefined ? {} : { name: choice.name };
  if (style === "messages") return { tool_choice: { type: word, ...name, ...rest } };
  if (choice.mode === "named") {
    const kind = choice.custom ? "custom" : "function";
    const inner = wireFields(asObject(choice.home?.["$inner"]) ?? {});
    return { tool_choice: { type: kind, ...(style === "flat" ? name : { [kind]: { ...name, ...inner } }), ...rest } };
  }
  return { tool_choice: choice.allowed ? encodeAllowed(choice, choice.allowed, tools) : word };
}

function encodeAllowed(choice: ToolChoice, allowed: string[], tools: Tool[]): JsonObject {
  const entries = allowed.map((name) => {
    const isCustom = tools.some((tool) => tool.kind === "custom" && tool.name === name);
    const kind = isCustom ? "custom" : "function";
    return { type: kind, [kind]: { name } };
  });
  const inner = wireFields(asObject(choice.home?.["$inner"]) ?? {});
  return {
    type: "allowed_tools",
    allowed_tools: { mode: choice.mode, tools: choice.home?.["$tools"] ?? entries, ...inner },
    ...wireFields(choice.home),
  };
}
