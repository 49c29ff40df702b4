import type { Finish, IrAnswer } from "../../ir/answer.ts";
import { isRunnable } from "../call-input.ts";
import { finishFrom } from "../finish-reason.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { usageFromConverse } from "../usage.ts";
import { decodeException } from "./error.ts";
import { decodeBlock } from "./parts.ts";

const REASONS: Readonly<Record<string, Finish["reason"]>> = {
  end_turn: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "context",
  stop_sequence: "stop_sequence",
  guardrail_intervened: "filter",
  content_filtered: "filter",
  refusal: "refusal",
  pause_turn: "paused",
  malformed_model_output: "error",
  malformed_tool_use: "error",
};

export const finishOf = (stopReason: unknown, hasCalls: boolean): Finish =>
  finishFrom(REASONS, asText(stopReason), hasCalls);

/** @throws GatewayError for an answer without a message: the provider says what went wrong in its place. */
export function decodeAnswer(json: JsonObject): IrAnswer {
  const output = asObject(json["output"]);
  const message = asObject(output?.["message"]);
  if (!message) throw decodeException(asText(json["__type"]) ?? asText(asObject(json["Output"])?.["__type"]), json);
  const parts = asArray(message["content"])
    .map(asObject)
    .map((block) => (block ? decodeBlock(block) : null))
    .filter((part) => part !== null)
    .filter(isRunnable);
  const usage = asObject(json["usage"]);
  const serviceTier = serviceTierOf(json);
  return {
    id: null,
    model: asText(asObject(asObject(json["trace"])?.["promptRouter"])?.["invokedModelId"]),
    parts,
    finish: finishOf(
      json["stopReason"],
      parts.some((part) => part.kind === "call"),
    ),
    usage: usage ? usageFromConverse(usage) : null,
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}

/** The tier that served the request, from an answer or a stream's metadata. */
export const serviceTierOf = (json: JsonObject): string | undefined =>
  asText(asObject(json["serviceTier"])?.["type"]) ?? undefined;
