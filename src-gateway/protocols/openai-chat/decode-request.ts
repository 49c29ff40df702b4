/** A request of a client, with nothing merged, moved or repaired: one message is one turn. */
import type { JsonObject } from "../../ir/json.ts";
import type { Turn } from "../../ir/part.ts";
import { EFFORTS, type Effort, type IrRequest, type OutputFormat, type Reasoning } from "../../ir/request.ts";
import { asObject, asText } from "../loose-json.ts";
import type { RequestTarget } from "../types.ts";
import { createTaker, invalid, type Taker, withHome } from "./chat-fields.ts";
import { decodeMessage } from "./chat-message.ts";
import { FLAGS, NUMBERS, TEXTS } from "./scalar-fields.ts";
import { decodeLegacyChoice, decodeToolChoice } from "./tool-choice.ts";
import { decodeLegacyFunction, decodeTool } from "./tools.ts";

export function decodeRequest(json: JsonObject, target: RequestTarget): IrRequest {
  const fields = createTaker(json);
  const model = fields.filled("model");
  if (model === undefined) throw invalid("model", "must name a model.");
  const notes: JsonObject = {};
  const turns = target.surface === "completions" ? takePrompt(fields, notes) : takeMessages(fields);
  const isStream = fields.flag("stream");
  if (isStream === false) notes["$stream"] = "false";
  const request: IrRequest = {
    source: "openai-chat",
    model,
    stream: isStream === true,
    wantsUsage: asObject(fields.peek("stream_options"))?.["include_usage"] === true,
    turns,
    tools: [
      ...(fields.list("tools") ?? []).map((tool, n) => decodeTool(tool, `tools[${n}]`)),
      ...(fields.list("functions") ?? []).map((tool, n) => decodeLegacyFunction(tool, `functions[${n}]`)),
    ],
    home: {},
  };
  takeScalars(request, fields);
  takeLimits(request, fields, notes);
  takeChoice(request, fields);
  const output = takeOutput(fields);
  if (output) request.output = output;
  const reasoning = takeReasoning(fields);
  if (reasoning) request.reasoning = reasoning;
  request.home = { ...fields.rest(), ...notes };
  return request;
}

function takeMessages(fields: Taker): Turn[] {
  const messages = fields.any("messages");
  if (!Array.isArray(messages)) throw invalid("messages", "must be a list of messages.");
  return messages.map((message, n) => decodeMessage(message, `messages[${n}]`));
}

/** A prompt is one turn of the user; with several, the model is asked about all of them at once. */
function takePrompt(fields: Taker, notes: JsonObject): Turn[] {
  const prompt = fields.any("prompt");
  const texts = Array.isArray(prompt) ? prompt : [prompt];
  if (!texts.every((text) => typeof text === "string"))
    throw invalid("prompt", "must be text to be translated: tokens mean something to one model only.");
  notes["$prompt"] = Array.isArray(prompt) ? "list" : "text";
  return [{ role: "user", parts: texts.map((text) => ({ kind: "text", text })) }];
}

function takeScalars(request: IrRequest, fields: Taker): void {
  for (const [name, key] of NUMBERS) {
    const value = fields.number(name);
    if (value !== undefined) request[key] = value;
  }
  for (const [name, key] of TEXTS) {
    const value = fields.text(name);
    if (value !== undefined) request[key] = value;
  }
  for (const [name, key] of FLAGS) {
    const value = fields.flag(name);
    if (value !== undefined) request[key] = value;
  }
  const metadata = fields.object("metadata");
  if (metadata) request.metadata = metadata;
}

/** Fields that can be said in two ways. Who says both gets the second back as it was. */
function takeLimits(request: IrRequest, fields: Taker, notes: JsonObject): void {
  const max = fields.number("max_completion_tokens");
  const oldMax = max === undefined ? fields.number("max_tokens") : undefined;
  if (oldMax !== undefined) notes["$maxTokens"] = "max_tokens";
  if (max !== undefined || oldMax !== undefined) request.maxOutputTokens = max ?? oldMax ?? 0;

  const user = fields.text("safety_identifier");
  const oldUser = user === undefined ? fields.text("user") : undefined;
  if (user !== undefined) notes["$endUser"] = "safety_identifier";
  if (user !== undefined || oldUser !== undefined) request.endUser = user ?? oldUser ?? "";

  const stop = fields.peek("stop");
  if (typeof stop === "string") notes["$stop"] = "text";
  const stops = Array.isArray(stop) ? stop : [stop];
  if (stops.length > 0 && stops.every((text) => typeof text === "string")) {
    fields.any("stop");
    request.stop = stops;
  }

  // Completions has a number where Chat has two fields.
  if (fields.peek("logprobs") !== true) return;
  fields.any("logprobs");
  const top = fields.number("top_logprobs");
  request.logprobs = top === undefined ? {} : { top };
}

function takeChoice(request: IrRequest, fields: Taker): void {
  const choice = decodeToolChoice(fields.peek("tool_choice"));
  if (choice) {
    fields.any("tool_choice");
    request.toolChoice = choice;
    return;
  }
  const legacy = decodeLegacyChoice(fields.peek("function_call"));
  if (!legacy) return;
  fields.any("function_call");
  request.toolChoice = legacy;
}

const OUTPUT_KINDS: Readonly<Record<string, OutputFormat["kind"]>> = {
  text: "text",
  json_object: "json",
  json_schema: "schema",
};

function takeOutput(fields: Taker): OutputFormat | null {
  const raw = asObject(fields.peek("response_format"));
  const kind = OUTPUT_KINDS[asText(raw?.["type"]) ?? ""];
  if (!raw || kind === undefined) return null;
  fields.any("response_format");
  const outer = createTaker(raw);
  outer.any("type");
  const body = kind === "schema" ? outer.object("json_schema") : undefined;
  if (!body) return { kind, ...withHome(outer.rest(), { $bare: kind === "schema" }) };
  const inner = createTaker(body);
  const name = inner.text("name");
  const description = inner.text("description");
  const schema = inner.object("schema");
  const strict = inner.peek("strict") === null ? null : inner.flag("strict");
  if (strict === null) inner.any("strict");
  return {
    kind,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema }),
    ...(strict === undefined ? {} : { strict }),
    ...withHome(outer.rest(), { $inner: inner.rest() }),
  };
}

const isEffort = (value: unknown): value is Effort => EFFORTS.some((effort) => effort === value);

/** OpenAI's field, or OpenRouter's object. */
function takeReasoning(fields: Taker): Reasoning | null {
  const effort = fields.peek("reasoning_effort");
  if (isEffort(effort)) {
    fields.any("reasoning_effort");
    return { effort };
  }
  const raw = asObject(fields.peek("reasoning"));
  if (!raw) return null;
  const inner = createTaker(raw);
  const said = isEffort(raw["effort"]) ? raw["effort"] : undefined;
  if (said) inner.any("effort");
  const budgetTokens = inner.number("max_tokens");
  if (said === undefined && budgetTokens === undefined) return null;
  fields.any("reasoning");
  return {
    ...(said === undefined ? {} : { effort: said }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
    home: { ...inner.rest(), $object: true },
  };
}
