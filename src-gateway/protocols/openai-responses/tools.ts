/** Tools and the choice among them, both ways. */
import { GatewayError } from "../../ir/errors.ts";
import type { CustomTool, FunctionTool, NamespaceTool, NativePart, Tool, ToolChoice } from "../../ir/part.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { WIRE } from "./parts.ts";
import { defined, rememberSpelling, restoreSpelling } from "./spelling.ts";

/** @throws GatewayError invalid_request for an entry that is no object. */
export function decodeTools(value: unknown, field = "tools"): Tool[] {
  return asArray(value).map((each, n) => {
    const raw = asObject(each);
    if (raw) return decodeTool(raw, `${field}[${n}]`);
    throw new GatewayError("invalid_request", `The field "${field}[${n}]" must be an object that describes a tool.`, {
      param: `${field}[${n}]`,
    });
  });
}

/** The tools that an `additional_tools` item brings into the conversation; none for any other part. */
export function additionalToolsOf(part: NativePart): Tool[] {
  return part.wire === WIRE && part.type === "additional_tools" ? decodeTools(part.raw["tools"], "input[].tools") : [];
}

/** Tools that were read from this wire. */
export const restoreTool = (tool: Tool): JsonObject =>
  tool.kind === "native" ? tool.raw : restoreSpelling(ownTool(tool), tool.home);

/** A tool that another wire gave; null when this wire has no word for it. */
export function encodeTool(tool: Tool): JsonObject | null {
  switch (tool.kind) {
    case "function":
      return {
        parameters: { type: "object", properties: {} },
        // The API is strict about schemas unless it is told not to be, and few schemas are written for that.
        strict: false,
        ...ownTool(tool),
      };
    case "custom":
      return ownTool(tool);
    case "namespace":
      return { description: "", ...ownTool(tool), tools: tool.tools.flatMap((inner) => encodeTool(inner) ?? []) };
    case "native":
      return null;
  }
}

/** Undefined for what is no choice. */
export function decodeToolChoice(value: unknown): ToolChoice | undefined {
  if (value === "auto" || value === "none" || value === "required") return { mode: value };
  const raw = asObject(value);
  const choice = raw && readChoice(raw);
  return choice ? { ...choice, ...rememberSpelling(raw, ownChoice(choice, [])) } : undefined;
}

export function restoreToolChoice(choice: ToolChoice): unknown {
  const own = choiceWord(choice);
  return own ?? restoreSpelling(ownChoice(choice, []), choice.home);
}

export const encodeToolChoice = (choice: ToolChoice, tools: readonly Tool[]): unknown =>
  choiceWord(choice) ?? ownChoice(choice, tools);

function decodeTool(raw: JsonObject, field: string): Tool {
  const tool = readTool(raw, field);
  return tool ? { ...tool, ...rememberSpelling(raw, ownTool(tool)) } : nativeTool(raw);
}

const nativeTool = (raw: JsonObject): Tool => ({
  kind: "native",
  wire: WIRE,
  type: asText(raw["type"]) ?? "unknown",
  raw,
});

function readTool(raw: JsonObject, field: string): FunctionTool | CustomTool | NamespaceTool | null {
  const name = asText(raw["name"]);
  if (name === null) return null;
  const named = { name, ...defined({ description: asText(raw["description"]) ?? undefined }) };
  switch (raw["type"]) {
    case "function": {
      const strict = typeof raw["strict"] === "boolean" || raw["strict"] === null ? raw["strict"] : undefined;
      return { kind: "function", ...named, ...defined({ schema: asObject(raw["parameters"]) ?? undefined, strict }) };
    }
    case "custom":
      return { kind: "custom", ...named, ...readGrammar(asObject(raw["format"])) };
    case "namespace":
      return Array.isArray(raw["tools"])
        ? { kind: "namespace", ...named, tools: decodeTools(raw["tools"], `${field}.tools`) }
        : null;
    default:
      return null;
  }
}

function readGrammar(format: JsonObject | null): Pick<CustomTool, "grammar"> {
  const syntax = asText(format?.["syntax"]);
  const definition = asText(format?.["definition"]);
  return format?.["type"] === "grammar" && syntax && definition ? { grammar: { syntax, definition } } : {};
}

function ownTool(tool: FunctionTool | CustomTool | NamespaceTool): JsonObject {
  const named = { type: tool.kind, name: tool.name, ...defined({ description: tool.description }) };
  switch (tool.kind) {
    case "function":
      return { ...named, ...defined({ parameters: tool.schema, strict: tool.strict }) };
    case "custom":
      return { ...named, ...(tool.grammar ? { format: { type: "grammar", ...tool.grammar } } : {}) };
    case "namespace":
      return { ...named, tools: tool.tools.map(restoreTool) };
  }
}

function readChoice(raw: JsonObject): ToolChoice | null {
  const type = asText(raw["type"]);
  const name = asText(raw["name"]);
  if (type === "function" && name) return { mode: "named", name };
  if (type === "custom" && name) return { mode: "named", name, custom: true };
  if (type === "allowed_tools") {
    const allowed = asArray(raw["tools"]).flatMap((tool) => {
      const object = asObject(tool);
      return asText(object?.["name"]) ?? asText(object?.["type"]) ?? [];
    });
    return { mode: raw["mode"] === "required" ? "required" : "auto", allowed };
  }
  // A tool that the provider runs is chosen by its type.
  return type === null || type === "function" || type === "custom" ? null : { mode: "named", name: type };
}

const choiceWord = (choice: ToolChoice): string | null =>
  choice.mode === "named" || choice.allowed ? null : choice.mode;

function ownChoice(choice: ToolChoice, tools: readonly Tool[]): JsonObject {
  const isCustom = (name: string): boolean => tools.some((tool) => tool.kind === "custom" && tool.name === name);
  const typed = (name: string, custom: boolean): JsonObject => ({ type: custom ? "custom" : "function", name });
  if (!choice.allowed) return typed(choice.name ?? "", choice.custom ?? isCustom(choice.name ?? ""));
  return {
    type: "allowed_tools",
    mode: choice.mode,
    tools: choice.allowed.map((name) => typed(name, isCustom(name))),
  };
}
