import type { IrRequest, Reasoning } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import type { JsonObject } from "../loose-json.ts";
import { encodeTurn } from "./parts.ts";
import { encodeTools } from "./tools.ts";

/** @throws GatewayError unsupported_operation for media that the provider cannot take. */
export function encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject {
  const tools = encodeTools(request);
  const options = withoutEmpty({
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    seed: request.seed,
    num_predict: request.maxOutputTokens,
    stop: request.stop?.length ? request.stop : undefined,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
  });
  return withoutEmpty({
    model: target.model,
    messages: request.turns.flatMap(encodeTurn),
    // Left out, it would mean yes.
    stream: request.stream,
    tools: tools.length === 0 ? undefined : tools,
    format: encodeFormat(request),
    think: request.reasoning && encodeThink(request.reasoning, target.model),
    options: Object.keys(options).length === 0 ? undefined : options,
  });
}

function encodeFormat(request: IrRequest): JsonObject | string | undefined {
  const { output } = request;
  if (output === undefined || output.kind === "text") return undefined;
  return output.kind === "schema" && output.schema ? output.schema : "json";
}

/** Only gpt-oss has levels, and cannot be stopped from thinking; servers refuse levels for some other models. */
function encodeThink({ effort, mode, budgetTokens }: Reasoning, model: string): boolean | string | undefined {
  const isOff = mode === "off" || effort === "none" || budgetTokens === 0;
  if (effort === undefined && mode === undefined && budgetTokens === undefined) return undefined;
  if (!/\bgpt-oss\b/.test(model)) return !isOff;
  if (isOff || effort === "minimal" || effort === "low") return "low";
  return effort === undefined || effort === "medium" ? "medium" : "high";
}

const withoutEmpty = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
