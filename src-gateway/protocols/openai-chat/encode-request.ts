/** A request for a provider. What came from this wire is written as it was; the rest as most servers take it. */
import type { JsonObject } from "../../ir/json.ts";
import type { IrRequest, OutputFormat } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import { asObject } from "../loose-json.ts";
import { wireFields } from "./chat-fields.ts";
import { FLAGS, NUMBERS, TEXTS } from "./scalar-fields.ts";
import { encodeToolChoice } from "./tool-choice.ts";
import { encodeTool, isLegacyTool } from "./tools.ts";
import { encodeTurn, type MessageStyle } from "./write-message.ts";

const SCALARS = [...NUMBERS, ...TEXTS, ...FLAGS] as const;
const SCALAR_KEYS: ReadonlySet<string> = new Set(SCALARS.map(([, key]) => key));

export function encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject {
  const exact = request.source === "openai-chat";
  const json: JsonObject = { model: target.model, ...encodeTurns(request, target, exact) };
  addTools(json, request, exact);
  addScalars(json, request, exact);
  if (request.metadata) json["metadata"] = request.metadata;
  addLimits(json, request, target);
  if (request.output) json["response_format"] = encodeOutput(request.output, exact);
  addReasoning(json, request);
  if (exact) Object.assign(json, wireFields(request.home));
  addStream(json, request, target, exact);
  return json;
}

function addScalars(json: JsonObject, request: IrRequest, exact: boolean): void {
  let left = 0;
  // Most requests have one of them or none, and behind the last one nobody looks any further.
  for (const key in request) if (SCALAR_KEYS.has(key)) left++;
  for (let n = 0; n < SCALARS.length && left > 0; n++) {
    const [name, key] = SCALARS[n] as (typeof SCALARS)[number];
    if (!(key in request)) continue;
    left--;
    // OpenAI knows no top_k; those who sent it here know what they do.
    if (request[key] !== undefined && (exact || name !== "top_k")) json[name] = request[key];
  }
}

function encodeTurns(request: IrRequest, target: EncodeTarget, exact: boolean): JsonObject {
  const spelling = request.home["$prompt"];
  if (spelling !== undefined) {
    const texts = request.turns
      .flatMap((turn) => turn.parts)
      .flatMap((part) => (part.kind === "text" ? part.text : []));
    return { prompt: spelling === "list" ? texts : texts.join("") };
  }
  const style: MessageStyle = { exact, thinking: exact || target.compat.has("reasoning-content") };
  const messages: JsonObject[] = [];
  for (const turn of request.turns) for (const message of encodeTurn(turn, style)) messages.push(message);
  return { messages };
}

function addTools(json: JsonObject, request: IrRequest, exact: boolean): void {
  const tools: JsonObject[] = [];
  const functions: JsonObject[] = [];
  for (const tool of request.tools) {
    const encoded = encodeTool(tool, exact);
    if (encoded !== null) (isLegacyTool(tool) ? functions : tools).push(encoded);
  }
  if (tools.length > 0) json["tools"] = tools;
  if (functions.length > 0) json["functions"] = functions;
  if (request.toolChoice) Object.assign(json, encodeToolChoice(request.toolChoice, request.tools));
}

function addLimits(json: JsonObject, request: IrRequest, target: EncodeTarget): void {
  const { home } = request;
  if (request.maxOutputTokens !== undefined) {
    const isOld =
      home["$maxTokens"] === "max_tokens" || (request.source !== "openai-chat" && target.compat.has("max-tokens"));
    json[isOld ? "max_tokens" : "max_completion_tokens"] = request.maxOutputTokens;
  }
  if (request.endUser !== undefined)
    json[home["$endUser"] === "safety_identifier" ? "safety_identifier" : "user"] = request.endUser;
  if (request.stop && request.stop.length > 0) json["stop"] = home["$stop"] === "text" ? request.stop[0] : request.stop;
  if (!request.logprobs) return;
  json["logprobs"] = true;
  if (request.logprobs.top !== undefined) json["top_logprobs"] = request.logprobs.top;
}

const OUTPUT_WORDS = { text: "text", json: "json_object", schema: "json_schema" } as const;

function encodeOutput(output: OutputFormat, exact: boolean): JsonObject {
  const type = OUTPUT_WORDS[output.kind];
  const rest = wireFields(output.home);
  if (output.kind !== "schema" || output.home?.["$bare"] === true) return { type, ...rest };
  const inner = {
    // The name is mandatory here and unknown on some other wires.
    ...(output.name !== undefined || !exact ? { name: output.name ?? "answer" } : {}),
    ...(output.description === undefined ? {} : { description: output.description }),
    ...(output.schema === undefined ? {} : { schema: output.schema }),
    ...(output.strict === undefined ? {} : { strict: output.strict }),
    ...wireFields(asObject(output.home?.["$inner"]) ?? {}),
  };
  return { type, json_schema: inner, ...rest };
}

function addReasoning(json: JsonObject, request: IrRequest): void {
  const { reasoning } = request;
  if (reasoning?.home?.["$object"] === true) {
    json["reasoning"] = {
      ...(reasoning.effort === undefined ? {} : { effort: reasoning.effort }),
      ...(reasoning.budgetTokens === undefined ? {} : { max_tokens: reasoning.budgetTokens }),
      ...wireFields(reasoning.home),
    };
  } else if (reasoning?.effort !== undefined) json["reasoning_effort"] = reasoning.effort;
}

/** Usage in a stream comes only to those who ask for it, and without it nothing can be counted. */
function addStream(json: JsonObject, request: IrRequest, target: EncodeTarget, exact: boolean): void {
  if (request.stream) json["stream"] = true;
  else if (request.home["$stream"] === "false") json["stream"] = false;
  const asks = exact ? request.wantsUsage : request.stream && !target.compat.has("no-stream-options");
  if (asks) json["stream_options"] = { ...asObject(json["stream_options"]), include_usage: true };
}
