import type { Effort, IrRequest, Reasoning } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import type { JsonObject } from "../loose-json.ts";
import { encodeTurn } from "./parts.ts";
import { encodeTools } from "./tools.ts";

/** @throws GatewayError unsupported_operation for media that the provider cannot take. */
export function encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject {
  const body = {
    model: target.model,
    messages: request.turns.flatMap(encodeTurn),
    stream: request.stream,
    ...encodeTools(request),
    response_format: encodeFormat(request),
    max_tokens: request.maxOutputTokens,
    stop_sequences: request.stop?.length ? request.stop : undefined,
    temperature: request.temperature,
    p: request.topP,
    k: request.topK,
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    thinking: request.reasoning && encodeThinking(request.reasoning),
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

function encodeFormat({ output }: IrRequest): JsonObject | undefined {
  if (output === undefined || output.kind === "text") return undefined;
  const schema = output.kind === "schema" ? output.schema : undefined;
  return { type: "json_object", ...(schema === undefined ? {} : { json_schema: schema }) };
}

/** Thinking is on by itself and has no levels; less of it is a budget, and from `high` on there is none. */
const BUDGETS: Partial<Readonly<Record<Effort, number>>> = { minimal: 1024, low: 2048, medium: 8192 };

function encodeThinking({ effort, budgetTokens, mode }: Reasoning): JsonObject | undefined {
  if (mode === "off" || effort === "none" || budgetTokens === 0) return { type: "disabled" };
  if (effort === undefined && budgetTokens === undefined && mode === undefined) return undefined;
  const asked = budgetTokens !== undefined && budgetTokens > 0 ? budgetTokens : undefined;
  const budget = asked ?? (effort === undefined ? undefined : BUDGETS[effort]);
  return { type: "enabled", ...(budget === undefined ? {} : { token_budget: budget }) };
}
