import type { JsonObject } from "../../ir/json.ts";
import type { Turn } from "../../ir/part.ts";
import type { IrRequest, Reasoning } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import { limitCachePoints } from "./cache-points.ts";
import { createDocumentNamer } from "./media-blocks.ts";
import { encodeParts } from "./parts.ts";
import { encodeToolConfig } from "./tools.ts";

/** @throws GatewayError unsupported_operation for media that the provider cannot take. */
export function encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject {
  const nameDocument = createDocumentNamer();
  const firstOther = request.turns.findIndex((turn) => turn.role !== "system");
  const systemCount = firstOther < 0 ? request.turns.length : firstOther;
  const system = request.turns.slice(0, systemCount).flatMap((turn) => encodeParts(turn.parts, nameDocument));
  const json = withoutEmpty({
    system: system.length === 0 ? undefined : system,
    messages: encodeMessages(request.turns.slice(systemCount), nameDocument),
    inferenceConfig: orNothing(
      withoutEmpty({
        maxTokens: request.maxOutputTokens,
        temperature: request.temperature,
        topP: request.topP,
        stopSequences: request.stop?.length ? request.stop : undefined,
      }),
    ),
    toolConfig: encodeToolConfig(request, target),
    outputConfig: encodeOutput(request),
    additionalModelRequestFields: encodeModelFields(request, target.model),
    serviceTier: encodeServiceTier(request.serviceTier),
  });
  limitCachePoints(json);
  return json;
}

type NameDocument = (title: string | undefined) => string;

interface Message {
  role: "user" | "assistant";
  content: JsonObject[];
}

function encodeMessages(turns: readonly Turn[], nameDocument: NameDocument): Message[] {
  const spelled = turns.map((turn): Message => {
    const role = turn.role === "assistant" ? "assistant" : "user";
    return { role, content: encodeParts(turn.parts, nameDocument) };
  });
  // Leaving out a message may bring two of a kind together, and roles must alternate.
  const messages = mergeByRole(mergeByRole(spelled).filter(saysSomething));
  for (const { role, content } of messages) if (role === "user") completeUserContent(content);
  const last = messages.at(-1);
  if (last?.role === "assistant") trimPrefill(last.content);
  return messages;
}

function mergeByRole(messages: readonly Message[]): Message[] {
  const merged: Message[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role === message.role) last.content.push(...message.content);
    else merged.push({ role: message.role, content: [...message.content] });
  }
  return merged;
}

/** A model's message of nothing but thoughts is taken for one that it should continue, and refused. */
const saysSomething = ({ role, content }: Message): boolean =>
  role === "user" || content.some((block) => !("reasoningContent" in block) && !("cachePoint" in block));

/** A message without content is refused, and so is a document without a text beside it. */
function completeUserContent(content: JsonObject[]): void {
  if (content.length === 0) content.push({ text: "(empty message)" });
  const hasDocument = content.some((block) => "document" in block);
  if (hasDocument && !content.some((block) => "text" in block)) content.push({ text: "See the attached document." });
}

/** An answer that is to be continued may not end in white space. */
function trimPrefill(content: JsonObject[]): void {
  const last = content.at(-1);
  if (typeof last?.["text"] === "string") last["text"] = last["text"].trimEnd();
}

function encodeOutput(request: IrRequest): JsonObject | undefined {
  const { output } = request;
  if (output?.kind !== "schema" || output.schema === undefined) return undefined;
  const jsonSchema = withoutEmpty({
    schema: JSON.stringify(output.schema),
    name: output.name,
    description: output.description,
  });
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } };
}

/** Fields that Converse hands to the model as they are, so each family of models has its own. */
function encodeModelFields(request: IrRequest, model: string): JsonObject | undefined {
  const isNova = /\bamazon\.nova/.test(model);
  const { topK, reasoning } = request;
  return orNothing({
    ...(topK === undefined ? {} : isNova ? { inferenceConfig: { topK } } : { top_k: topK }),
    ...(reasoning === undefined ? {} : encodeReasoning(reasoning, isNova)),
  });
}

function encodeReasoning(reasoning: Reasoning, isNova: boolean): JsonObject {
  const { effort, budgetTokens, show } = reasoning;
  // Claude's modes; a budget alone is Claude's too.
  const mode = reasoning.mode ?? (budgetTokens === undefined ? undefined : budgetTokens > 0 ? "manual" : "off");
  if (mode === "off") return { thinking: { type: "disabled" } };
  if (mode !== undefined) {
    const display = show === undefined ? {} : { display: show === "none" ? "omitted" : "summarized" };
    const thinking =
      mode === "manual" && budgetTokens !== undefined
        ? { type: "enabled", budget_tokens: budgetTokens, ...display }
        : { type: "adaptive", ...display };
    return { thinking, ...(effort === undefined || effort === "none" ? {} : { output_config: { effort } }) };
  }
  if (effort === undefined) return {};
  if (!isNova) return { reasoning_effort: effort };
  if (effort === "none") return { reasoningConfig: { type: "disabled" } };
  const level = effort === "minimal" ? "low" : effort === "xhigh" || effort === "max" ? "high" : effort;
  return { reasoningConfig: { type: "enabled", maxReasoningEffort: level } };
}

/** Only words that mean the same on the wires of clients: a better tier is not asked for by guess. */
function encodeServiceTier(tier: string | undefined): JsonObject | undefined {
  return tier === "default" || tier === "flex" || tier === "priority" ? { type: tier } : undefined;
}

const isPresent = ([, value]: [string, unknown]): boolean => value !== undefined;
const withoutEmpty = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).filter(isPresent));
const orNothing = (object: JsonObject): JsonObject | undefined =>
  Object.keys(object).length === 0 ? undefined : object;
