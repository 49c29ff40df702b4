import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Turn } from "../../ir/part.ts";
import { EFFORTS, type Effort, type IrRequest, type OutputFormat, type Reasoning } from "../../ir/request.ts";
import type { RequestTarget } from "../types.ts";
import { type Fields, given, homeOf, isNumber, isObject, isString, isStringList, isTrue, openFields } from "./home.ts";
import { decodePart } from "./parts.ts";
import { decodeTool, takeToolChoice } from "./tools.ts";

/** @throws GatewayError invalid_request, for what the API would not understand either. */
export function decodeRequest(json: JsonObject, target: RequestTarget): IrRequest {
  const fields = openFields(json);
  const model = fields.take("model", isString);
  if (model === undefined) throw invalid("model", "must name a model; GET /v1/models lists what can be asked for");
  const turns = [...takeSystem(fields), ...takeMessages(fields)];
  const known = {
    ...takeToolChoice(fields),
    ...takeOutputConfig(fields),
    ...given({
      maxOutputTokens: fields.take("max_tokens", isNumber),
      stop: fields.take("stop_sequences", isStringList),
      temperature: fields.take("temperature", isNumber),
      topP: fields.take("top_p", isNumber),
      topK: fields.take("top_k", isNumber),
      serviceTier: fields.take("service_tier", isString),
      endUser: takeEndUser(fields),
    }),
  };
  const stream = target.surface === "messages" && fields.take("stream", isTrue) === true;
  const tools = takeTools(fields);
  return { source: "anthropic-messages", model, stream, wantsUsage: true, turns, tools, ...known, home: fields.home };
}

const invalid = (param: string, must: string): GatewayError =>
  new GatewayError("invalid_request", `The field "${param}" ${must}.`, { param });

/** An empty prompt is no turn, and stays in the home of the request. */
function takeSystem(fields: Fields): Turn[] {
  const system = fields.home["system"];
  if (system === undefined || system === null || system === "") return [];
  if (Array.isArray(system) && system.length === 0) return [];
  delete fields.home["system"];
  return [{ role: "system", ...decodeContent(system, "system") }];
}

function takeMessages(fields: Fields): Turn[] {
  const messages = fields.take("messages", (value) => Array.isArray(value));
  if (!messages) throw invalid("messages", "must be a list of messages");
  return messages.map((message, at) => decodeMessage(message, `messages.${at}`));
}

function decodeMessage(message: unknown, param: string): Turn {
  if (!isObject(message)) throw invalid(param, "must be an object");
  const { role, content, ...rest } = message;
  if (role !== "user" && role !== "assistant" && role !== "system") {
    throw invalid(`${param}.role`, "must be user, assistant or system");
  }
  const decoded = decodeContent(content, `${param}.content`);
  // Tells a system message apart from the system prompt, which stands in a field of its own.
  const place = role === "system" ? { $at: "messages" } : {};
  return { role, parts: decoded.parts, ...homeOf({ ...rest, ...decoded.home, ...place }) };
}

function decodeContent(content: unknown, param: string): Pick<Turn, "parts" | "home"> {
  if (isString(content)) return { parts: [{ kind: "text", text: content }], home: { $content: "string" } };
  return { parts: checkBlocks(content, param).map(decodePart) };
}

/** What a block cannot do without. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text: ["text"],
  thinking: ["thinking"],
  tool_use: ["id", "name"],
  tool_result: ["tool_use_id"],
};

function checkBlocks(blocks: unknown, param: string): JsonObject[] {
  if (!Array.isArray(blocks)) throw invalid(param, "must be a string or a list of blocks");
  return blocks.map((block: unknown, at) => {
    const path = `${param}.${at}`;
    if (!isObject(block)) throw invalid(path, "must be an object");
    const type = block["type"];
    if (!isString(type)) throw invalid(`${path}.type`, "must be a string");
    for (const name of Object.hasOwn(REQUIRED, type) ? (REQUIRED[type] ?? []) : []) {
      if (!isString(block[name])) throw invalid(`${path}.${name}`, "must be a string");
    }
    const content = type === "tool_result" ? block["content"] : undefined;
    if (content !== undefined && content !== null && !isString(content)) checkBlocks(content, `${path}.content`);
    return block;
  });
}

function takeTools(fields: Fields): IrRequest["tools"] {
  const tools = fields.home["tools"];
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw invalid("tools", "must be a list of tools");
  if (tools.length > 0) delete fields.home["tools"];
  return tools.map(decodeTool);
}

function takeEndUser(fields: Fields): string | undefined {
  const metadata = fields.home["metadata"];
  if (!isObject(metadata)) return undefined;
  const { user_id: endUser, ...rest } = metadata;
  if (!isString(endUser)) return undefined;
  if (Object.keys(rest).length > 0) fields.home["metadata"] = rest;
  else delete fields.home["metadata"];
  return endUser;
}

const SHOWN: Readonly<Record<string, Reasoning["show"]>> = { summarized: "summary", omitted: "none" };

/** Effort and format share a field, and what else is in it stays at home. */
function takeOutputConfig(fields: Fields): Pick<IrRequest, "reasoning" | "output"> {
  const thinking = takeThinking(fields);
  const config = fields.home["output_config"];
  if (!isObject(config)) return given({ reasoning: thinking });
  const members = openFields(config);
  const isEffort = (value: unknown): value is Effort => isString(value) && EFFORTS.some((effort) => effort === value);
  const effort = members.take("effort", isEffort);
  const output = takeFormat(members);
  if (Object.keys(members.home).length === 0 && Object.keys(config).length > 0) delete fields.home["output_config"];
  else fields.home["output_config"] = members.home;
  const reasoning = effort === undefined ? thinking : { ...thinking, effort };
  return given({ reasoning, output });
}

function takeThinking(fields: Fields): Reasoning | undefined {
  const thinking = fields.home["thinking"];
  if (!isObject(thinking)) return undefined;
  const members = openFields(thinking);
  const type = members.take("type", isString);
  const budgetTokens = type === "enabled" ? members.take("budget_tokens", isNumber) : undefined;
  const mode =
    type === "adaptive" ? "adaptive" : type === "disabled" ? "off" : budgetTokens === undefined ? null : "manual";
  if (mode === null) return undefined;
  const isDisplay = (value: unknown): value is string => isString(value) && Object.hasOwn(SHOWN, value);
  const show = SHOWN[members.take("display", isDisplay) ?? ""];
  delete fields.home["thinking"];
  return { mode, ...given({ budgetTokens, show }), ...homeOf(members.home) };
}

function takeFormat(config: Fields): OutputFormat | undefined {
  const isSchema = (value: unknown): value is JsonObject =>
    isObject(value) && value["type"] === "json_schema" && isObject(value["schema"]);
  const format = config.take("format", isSchema);
  if (!format) return undefined;
  const { type: _, schema, ...rest } = format;
  return { kind: "schema", ...(isObject(schema) ? { schema } : {}), ...homeOf(rest) };
}
