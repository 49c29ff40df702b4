/** Tools and the choice among them, both ways. */
import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { FunctionTool, Tool, ToolChoice } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { takeMark, writeMark } from "./cache-marks.ts";
import { type Fields, given, homeOf, isBoolean, isObject, isString, openFields, written } from "./home.ts";

/** @throws GatewayError invalid_request */
export function decodeTool(value: unknown, at: number): Tool {
  if (!isObject(value)) throw invalid(`tools.${at}`, "must be an object");
  const type = value["type"];
  // A type that is left out means the same as `custom`: a tool of the client, described by its schema.
  if (isString(type) && type !== "custom") return { kind: "native", wire: "anthropic-messages", type, raw: value };
  const fields = openFields(value);
  const name = fields.take("name", isString);
  if (name === undefined) throw invalid(`tools.${at}.name`, "must be a string");
  const description = fields.take("description", isString);
  const schema = fields.take("input_schema", isObject);
  const strict = fields.take("strict", isBoolean);
  const tool: FunctionTool = { kind: "function", name, ...given({ description, schema, strict }) };
  const cache = takeMark(fields);
  if (cache) tool.cache = cache;
  if (!fields.isHomeless) tool.home = fields.home;
  return tool;
}

const invalid = (param: string, must: string): GatewayError =>
  new GatewayError("invalid_request", `The field "${param}" ${must}.`, { param });

/** Null for a kind that the wire does not have. */
export function encodeTool(tool: Tool, isOwn: boolean): JsonObject | null {
  if (tool.kind === "native") return tool.wire === "anthropic-messages" ? tool.raw : null;
  if (tool.kind !== "function") return null;
  const { name, description, strict } = tool;
  const shell = { ...written(tool.home), name, ...given({ description }), ...writeMark(tool) };
  if (isOwn) return { ...shell, ...given({ input_schema: tool.schema, strict }) };
  return { ...shell, input_schema: foreignSchema(tool) };
}

/** The API wants an object at the root, and says so in the schema. */
function foreignSchema(tool: FunctionTool): JsonObject {
  if (!tool.schema) return { type: "object", properties: {} };
  return tool.schema["type"] === "object" ? tool.schema : { ...tool.schema, type: "object" };
}

const MODES: Readonly<Record<string, ToolChoice["mode"]>> = {
  auto: "auto",
  any: "required",
  none: "none",
  tool: "named",
};
const TYPES: Readonly<Record<ToolChoice["mode"], string>> = {
  auto: "auto",
  required: "any",
  none: "none",
  named: "tool",
};

/** Takes the choice out of a request, unless it is none that this wire knows. */
export function takeToolChoice(fields: Fields): Pick<IrRequest, "toolChoice" | "parallelTools"> {
  const isKnown = (value: unknown): value is JsonObject =>
    isObject(value) &&
    isString(value["type"]) &&
    Object.hasOwn(MODES, value["type"]) &&
    (value["type"] !== "tool" || isString(value["name"]));
  const json = fields.take("tool_choice", isKnown);
  if (!json) return {};
  const choice = openFields(json);
  const mode = MODES[choice.take("type", isString) ?? ""] ?? "auto";
  const name = mode === "named" ? choice.take("name", isString) : undefined;
  const isSerial = choice.take("disable_parallel_tool_use", isBoolean);
  return {
    toolChoice: { mode, ...given({ name }), ...homeOf(choice) },
    ...(isSerial === undefined ? {} : { parallelTools: !isSerial }),
  };
}

export function encodeToolChoice(request: IrRequest, isOwn: boolean): JsonObject | undefined {
  const { parallelTools } = request;
  if (!isOwn && request.tools.length === 0) return undefined;
  // One call at a time can only be asked for inside of a choice.
  const serial: ToolChoice | undefined = parallelTools === false ? { mode: "auto" } : undefined;
  const choice = request.toolChoice ?? serial;
  if (!choice) return undefined;
  // Several calls are the default, and no choice at all has none to forbid.
  const isSaid = parallelTools !== undefined && (isOwn || (!parallelTools && choice.mode !== "none"));
  return {
    ...written(choice.home),
    type: TYPES[choice.mode],
    ...(choice.mode === "named" ? given({ name: choice.name }) : {}),
    ...(isSaid ? { disable_parallel_tool_use: !parallelTools } : {}),
  };
}
