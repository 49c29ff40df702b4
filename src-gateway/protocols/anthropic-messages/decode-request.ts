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
  const turns = takeSystem(fields);
  for (const turn of takeMessages(fields)) turns.push(turn);
  const known = { ...takeToolChoice(fields), ...takeOutputConfig(fields), ...takeScalars(fields) };
  const stream = target.surface === "messages" && fields.take("stream", isTrue) === true;
  const tools = takeTools(fields);
  return { source: "anthropic-messages", model, stream, wantsUsage: true, turns, tools, ...known, home: fields.home };
}

function takeScalars(fields: Fields): Partial<IrRequest> {
  const found: Partial<IrRequest> = {};
  const maxOutputTokens = fields.take("max_tokens", isNumber);
  if (maxOutputTokens !== undefined) found.maxOutputTokens = maxOutputTokens;
  const stop = fields.take("stop_sequences", isStringList);
  if (stop !== undefined) found.stop = stop;
  const temperature = fields.take("temperature", isNumber);
  if (temperature !== undefined) found.temperature = temperature;
  const topP = fields.take("top_p", isNumber);
  if (topP !== undefined) found.topP = topP;
  const topK = fields.take("top_k", isNumber);
  if (topK !== undefined) found.topK = topK;
  const serviceTier = fields.take("service_tier", isString);
  if (serviceTier !== undefined) found.serviceTier = serviceTier;
  const endUser = takeEndUser(fields);
  if (endUser !== undefined) found.endUser = endUser;
  return found;
}

const invalid = (param: string, must: string): GatewayError =>
  new GatewayError("invalid_request", `The field "${param}" ${must}.`, { param });

/** An empty prompt is no turn, and stays in the home of the request. */
function takeSystem(fields: Fields): Turn[] {
  const system = fields.peek("system");
  if (system === undefined || system === null || system === "") return [];
  if (Array.isArray(system) && system.length === 0) return [];
  fields.drop("system");
  const { parts, home } = decodeContent(system, () => "system");
  return [home ? { role: "system", parts, home } : { role: "system", parts }];
}

function takeMessages(fields: Fields): Turn[] {
  const messages = fields.take("messages", (value) => Array.isArray(value));
  if (!messages) throw invalid("messages", "must be a list of messages");
  return messages.map(decodeMessage);
}

/** Where something stands, for a message that it is wrong: made only then. */
type Where = () => string;

function decodeMessage(message: unknown, at: number): Turn {
  if (!isObject(message)) throw invalid(`messages.${at}`, "must be an object");
  return plainTurn(message) ?? decodeAnyMessage(message, at);
}

/** Most messages are a role and a text. Null for one that is more. */
function plainTurn(message: JsonObject): Turn | null {
  const { role, content } = message;
  if ((role !== "user" && role !== "assistant") || !isString(content) || Object.keys(message).length !== 2) return null;
  return { role, parts: [{ kind: "text", text: content }], home: { $content: "string" } };
}

function decodeAnyMessage(message: JsonObject, at: number): Turn {
  const fields = openFields(message);
  const role = fields.peek("role");
  if (role !== "user" && role !== "assistant" && role !== "system") {
    throw invalid(`messages.${at}.role`, "must be user, assistant or system");
  }
  const { parts, home: spelling } = decodeContent(fields.peek("content"), () => `messages.${at}.content`);
  fields.drop("role");
  fields.drop("content");
  const turn: Turn = { role, parts };
  if (spelling || !fields.isHomeless) turn.home = { ...fields.home, ...spelling };
  // Tells a system message apart from the system prompt, which stands in a field of its own.
  if (role === "system") turn.home = { ...turn.home, $at: "messages" };
  return turn;
}

function decodeContent(content: unknown, where: Where): Pick<Turn, "parts" | "home"> {
  if (isString(content)) return { parts: [{ kind: "text", text: content }], home: { $content: "string" } };
  return { parts: checkBlocks(content, where).map(decodePart) };
}

/** What a block cannot do without. */
const REQUIRED: ReadonlyMap<string, readonly string[]> = new Map([
  ["text", ["text"]],
  ["thinking", ["thinking"]],
  ["tool_use", ["id", "name"]],
  ["tool_result", ["tool_use_id"]],
]);
const NOTHING: readonly string[] = [];

function checkBlocks(blocks: unknown, where: Where): JsonObject[] {
  if (!Array.isArray(blocks)) throw invalid(where(), "must be a string or a list of blocks");
  for (const [at, block] of blocks.entries()) checkBlock(block, () => `${where()}.${at}`);
  return blocks as JsonObject[];
}

function checkBlock(block: unknown, where: Where): void {
  if (!isObject(block)) throw invalid(where(), "must be an object");
  const type = block["type"];
  if (!isString(type)) throw invalid(`${where()}.type`, "must be a string");
  for (const name of REQUIRED.get(type) ?? NOTHING) {
    if (!isString(block[name])) throw invalid(`${where()}.${name}`, "must be a string");
  }
  const content = type === "tool_result" ? block["content"] : undefined;
  if (content !== undefined && content !== null && !isString(content)) checkBlocks(content, () => `${where()}.content`);
}

function takeTools(fields: Fields): IrRequest["tools"] {
  const tools = fields.peek("tools");
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw invalid("tools", "must be a list of tools");
  if (tools.length > 0) fields.drop("tools");
  return tools.map(decodeTool);
}

function takeEndUser(fields: Fields): string | undefined {
  const metadata = fields.peek("metadata");
  if (!isObject(metadata)) return undefined;
  const members = openFields(metadata);
  const endUser = members.take("user_id", isString);
  if (endUser === undefined) return undefined;
  if (members.isHomeless) fields.drop("metadata");
  else fields.home["metadata"] = members.home;
  return endUser;
}

const SHOWN: Readonly<Record<string, Reasoning["show"]>> = { summarized: "summary", omitted: "none" };

/** Effort and format share a field, and what else is in it stays at home. */
function takeOutputConfig(fields: Fields): Pick<IrRequest, "reasoning" | "output"> {
  const thinking = takeThinking(fields);
  const config = fields.peek("output_config");
  if (!isObject(config)) return given({ reasoning: thinking });
  const members = openFields(config);
  const isEffort = (value: unknown): value is Effort => isString(value) && EFFORTS.some((effort) => effort === value);
  const effort = members.take("effort", isEffort);
  const output = takeFormat(members);
  if (members.isHomeless && Object.keys(config).length > 0) fields.drop("output_config");
  else fields.home["output_config"] = members.home;
  const reasoning = effort === undefined ? thinking : { ...thinking, effort };
  return given({ reasoning, output });
}

function takeThinking(fields: Fields): Reasoning | undefined {
  const thinking = fields.peek("thinking");
  if (!isObject(thinking)) return undefined;
  const members = openFields(thinking);
  const type = members.take("type", isString);
  const budgetTokens = type === "enabled" ? members.take("budget_tokens", isNumber) : undefined;
  const mode =
    type === "adaptive" ? "adaptive" : type === "disabled" ? "off" : budgetTokens === undefined ? null : "manual";
  if (mode === null) return undefined;
  const isDisplay = (value: unknown): value is string => isString(value) && Object.hasOwn(SHOWN, value);
  const show = SHOWN[members.take("display", isDisplay) ?? ""];
  fields.drop("thinking");
  return { mode, ...given({ budgetTokens, show }), ...homeOf(members) };
}

function takeFormat(config: Fields): OutputFormat | undefined {
  const isSchema = (value: unknown): value is JsonObject =>
    isObject(value) && value["type"] === "json_schema" && isObject(value["schema"]);
  const format = config.take("format", isSchema);
  if (!format) return undefined;
  const members = openFields(format);
  members.drop("type");
  return { kind: "schema", ...given({ schema: members.take("schema", isObject) }), ...homeOf(members) };
}
