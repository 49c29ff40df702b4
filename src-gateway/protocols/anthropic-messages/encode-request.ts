import type { JsonObject } from "../../ir/json.ts";
import type { Turn } from "../../ir/part.ts";
import type { IrRequest, OutputFormat, Reasoning } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import { asObject } from "../loose-json.ts";
import { limitMarks } from "./cache-marks.ts";
import { given, written } from "./home.ts";
import { encodeParts } from "./parts.ts";
import { restrictSchema } from "./schema.ts";
import { encodeTool, encodeToolChoice } from "./tools.ts";

export function encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject {
  const isOwn = request.source === "anthropic-messages";
  const firstMessage = request.turns.findIndex((turn) => turn.role !== "system" || turn.home?.["$at"] === "messages");
  const split = firstMessage < 0 ? request.turns.length : firstMessage;
  const tools = request.tools.map((tool) => encodeTool(tool, isOwn)).filter((tool) => tool !== null);
  const json: JsonObject = {
    ...written(request.home),
    model: target.model,
    messages: encodeMessages(request.turns.slice(split), isOwn),
    ...given({
      system: encodeSystem(request.turns.slice(0, split), isOwn),
      tools: tools.length > 0 ? tools : undefined,
      tool_choice: encodeToolChoice(request, isOwn),
      max_tokens: request.maxOutputTokens,
      stop_sequences: isOwn || request.stop?.length ? request.stop : undefined,
      temperature: request.temperature,
      top_p: request.topP,
      top_k: request.topK,
      metadata: encodeMetadata(request),
      service_tier: isOwn || isTier(request.serviceTier) ? request.serviceTier : undefined,
      thinking: encodeThinking(request.reasoning),
      output_config: encodeOutputConfig(request, isOwn),
      stream: request.stream ? true : undefined,
    }),
  };
  if (!isOwn) limitMarks(json);
  return json;
}

/** The turns in front, as one prompt. */
function encodeSystem(turns: readonly Turn[], isOwn: boolean): string | JsonObject[] | undefined {
  const [only] = turns;
  if (!only) return undefined;
  if (turns.length === 1) return encodeContent(only, isOwn);
  const blocks = turns.flatMap((turn) => encodeParts(turn.parts, isOwn));
  return blocks.length === 0 ? undefined : blocks;
}

function encodeMessages(turns: readonly Turn[], isOwn: boolean): JsonObject[] {
  const messages: JsonObject[] = [];
  for (const turn of turns) {
    const content = encodeContent(turn, isOwn);
    if (content !== undefined) messages.push({ ...written(turn.home), role: turn.role, content });
  }
  if (!isOwn) trimPrefill(messages.at(-1));
  return messages;
}

/** Undefined when nothing is left of another wire's turn: empty content is refused. */
function encodeContent(turn: Turn, isOwn: boolean): string | JsonObject[] | undefined {
  const [first] = turn.parts;
  if (turn.home?.["$content"] === "string" && turn.parts.length === 1 && first?.kind === "text") return first.text;
  const blocks = encodeParts(turn.parts, isOwn);
  return blocks.length === 0 && !isOwn ? undefined : blocks;
}

/** The beginning of an answer may not end in white space. */
function trimPrefill(message: JsonObject | undefined): void {
  if (message?.["role"] !== "assistant" || !Array.isArray(message["content"])) return;
  const block = asObject(message["content"].at(-1));
  if (block && typeof block["text"] === "string") block["text"] = block["text"].trimEnd();
}

function encodeMetadata(request: IrRequest): JsonObject | undefined {
  return request.endUser === undefined
    ? undefined
    : { ...asObject(request.home["metadata"]), user_id: request.endUser };
}

const isTier = (tier: string | undefined): boolean => tier === "auto" || tier === "standard_only";

const TYPES = { off: "disabled", manual: "enabled", adaptive: "adaptive" } as const;

function encodeThinking(reasoning: Reasoning | undefined): JsonObject | undefined {
  if (!reasoning?.mode) return undefined;
  const { mode, show, budgetTokens } = reasoning;
  const display = show === undefined || mode === "off" ? undefined : show === "none" ? "omitted" : "summarized";
  return {
    ...written(reasoning.home),
    type: TYPES[mode],
    ...(mode === "manual" ? given({ budget_tokens: budgetTokens }) : {}),
    ...given({ display }),
  };
}

function encodeOutputConfig(request: IrRequest, isOwn: boolean): JsonObject | undefined {
  const fields = given({
    effort: isOwn ? request.reasoning?.effort : knownEffort(request.reasoning),
    format: encodeFormat(request.output, isOwn),
  });
  if (Object.keys(fields).length === 0) return undefined;
  return { ...asObject(request.home["output_config"]), ...fields };
}

/** The wire's scale begins at `low`, and strength means something only to a model that thinks as it likes. */
function knownEffort(reasoning: Reasoning | undefined): string | undefined {
  const effort = reasoning?.effort;
  if (effort === undefined || effort === "none" || reasoning?.mode === "off") return undefined;
  return effort === "minimal" ? "low" : effort;
}

function encodeFormat(output: OutputFormat | undefined, isOwn: boolean): JsonObject | undefined {
  if (!output?.schema) return undefined;
  const schema = isOwn ? output.schema : restrictSchema(output.schema);
  return { ...written(output.home), type: "json_schema", schema };
}
