/** Tools and tool choice, both ways. */
import { GatewayError } from "../../ir/errors.ts";
import type { FunctionTool, NativeTool, Tool, ToolChoice } from "../../ir/part.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { asString, asStrings, camelCase, createCaseReader, spell, withHome } from "./case-reader.ts";
import { readSchema } from "./read-schema.ts";
import { isEmptySchema, toOpenApiParameters } from "./schema.ts";

/** One object of the wire's list: it may declare functions and turn on several of Google's own tools. */
interface ToolGroup {
  functions: number;
  natives: number;
  home: JsonObject;
}

/** @throws GatewayError invalid_request */
export function decodeTools(list: unknown[]): { tools: Tool[]; groups: ToolGroup[] } {
  const tools: Tool[] = [];
  const groups = list.map((item, index): ToolGroup => {
    const raw = asObject(item);
    if (!raw) throw notAnObject(`tools[${index}]`);
    const reader = createCaseReader(raw);
    const declarations = reader.takeList("functionDeclarations") ?? [];
    const functions = declarations.map((each, place) =>
      decodeDeclaration(each, `tools[${index}].functionDeclarations[${place}]`),
    );
    const rest = Object.entries(reader.home());
    const natives = rest.filter(([key, value]) => !key.startsWith("$") && asObject(value) !== null);
    tools.push(...functions, ...natives.map(([key, value]) => nativeTool(key, value)));
    const home = Object.fromEntries(rest.filter((entry) => !natives.includes(entry)));
    return { functions: functions.length, natives: natives.length, home };
  });
  return { tools, groups };
}

const nativeTool = (key: string, value: unknown): NativeTool => ({
  kind: "native",
  wire: "gemini-content",
  type: camelCase(key),
  raw: { [key]: value },
});

function decodeDeclaration(value: unknown, param: string): FunctionTool {
  const raw = asObject(value);
  if (!raw) throw notAnObject(param);
  const reader = createCaseReader(raw);
  const name = reader.take("name", asText);
  if (name === null) throw new GatewayError("invalid_request", `The function in "${param}" has no name.`, { param });
  const description = reader.take("description", asString);
  const schema = reader.take("parametersJsonSchema", asObject);
  const openApi = schema ? null : reader.take("parameters", asObject);
  const found = schema ?? (openApi ? readSchema(openApi) : null);
  return {
    kind: "function",
    name,
    ...(description === null ? {} : { description }),
    ...(found === null ? {} : { schema: found }),
    ...withHome({ ...reader.home(), ...(openApi ? { $parameters: openApi } : {}) }),
  };
}

const notAnObject = (param: string): GatewayError =>
  new GatewayError("invalid_request", `"${param}" must be an object.`, { param });

/** Undefined when there are none. @param groups as `decodeTools` found them; only in a request of this wire. */
export function encodeTools(tools: Tool[], groups: unknown, compat: ReadonlySet<string>): JsonObject[] | undefined {
  const known = tools.filter((tool) => tool.kind === "function" || tool.kind === "native");
  const functions = known.filter((tool) => tool.kind === "function");
  const natives = known.filter((tool) => tool.kind === "native");
  const found = asArray(groups) as ToolGroup[];
  const count = (field: "functions" | "natives"): number => found.reduce((sum, group) => sum + group[field], 0);
  const isOwn = groups !== undefined;
  const declare = (tool: FunctionTool): JsonObject => encodeDeclaration(tool, isOwn, compat);
  if (found.length > 0 && count("functions") === functions.length && count("natives") === natives.length) {
    const queues = { functions: functions.map(declare), natives: natives.map(({ raw }) => raw) };
    return found.map((group) => encodeGroup(group, queues));
  }
  const list = [
    ...(functions.length > 0 ? [{ functionDeclarations: functions.map(declare) }] : []),
    ...natives.map(({ raw }) => raw),
  ];
  return list.length > 0 ? list : undefined;
}

function encodeGroup(group: ToolGroup, queues: { functions: JsonObject[]; natives: JsonObject[] }): JsonObject {
  const declarations = queues.functions.splice(0, group.functions);
  const natives = queues.natives.splice(0, group.natives);
  const fields = { functionDeclarations: declarations.length > 0 ? declarations : undefined };
  return natives.reduce((all, raw) => ({ ...all, ...raw }), spell(fields, group.home));
}

function encodeDeclaration(tool: FunctionTool, isOwn: boolean, compat: ReadonlySet<string>): JsonObject {
  const { name, description, schema, home } = tool;
  const fields: JsonObject = { name, description };
  const original = asObject(home?.["$parameters"]);
  if (original) fields["parameters"] = original;
  else if (isOwn) fields["parametersJsonSchema"] = schema;
  else if (compat.has("openapi-schema")) fields["parameters"] = toOpenApiParameters(schema);
  else if (schema && !isEmptySchema(schema)) fields["parametersJsonSchema"] = schema;
  return spell(fields, home);
}

const MODES: Readonly<Record<string, ToolChoice["mode"]>> = {
  AUTO: "auto",
  VALIDATED: "auto",
  NONE: "none",
  ANY: "required",
};

/** `functionCallingConfig`; null when it says nothing that is known. */
export function decodeToolChoice(value: unknown): ToolChoice | null {
  const raw = asObject(value);
  if (!raw) return null;
  const reader = createCaseReader(raw);
  const word = reader.take("mode", (mode) => (modeOf(mode) === undefined ? null : asText(mode)));
  const mode = modeOf(word);
  if (mode === undefined) return null;
  const allowed = mode === "none" ? null : reader.take("allowedFunctionNames", asStrings);
  const choice: ToolChoice =
    mode === "required" && allowed?.length === 1
      ? { mode: "named", name: allowed[0] ?? "" }
      : { mode, ...(allowed ? { allowed } : {}) };
  return { ...choice, home: { ...reader.home(), ...(word === modeWord(choice) ? {} : { $mode: word }) } };
}

const modeOf = (mode: unknown): ToolChoice["mode"] | undefined =>
  typeof mode === "string" ? MODES[mode.toUpperCase()] : undefined;

/** Names can only be allowed where calls are checked or forced. */
function modeWord({ mode, allowed }: ToolChoice): string {
  if (mode === "none") return "NONE";
  if (mode === "required" || mode === "named") return "ANY";
  return allowed && allowed.length > 0 ? "VALIDATED" : "AUTO";
}

export function encodeToolChoice(choice: ToolChoice | undefined): JsonObject | undefined {
  if (!choice) return undefined;
  const names = choice.mode === "named" ? [choice.name ?? ""] : choice.allowed;
  const mode = asText(choice.home?.["$mode"]) ?? modeWord(choice);
  return spell({ mode, allowedFunctionNames: names && names.length > 0 ? names : undefined }, choice.home);
}
