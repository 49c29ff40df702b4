import type { Finish, IrAnswer } from "../../ir/answer.ts";
import type { Part } from "../../ir/part.ts";
import { isRunnable } from "../call-input.ts";
import { finishFrom } from "../finish-reason.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { usageFromCohere } from "../usage.ts";
import { finishError } from "./error.ts";
import { decodeCall, decodeCitation } from "./parts.ts";

const REASONS: Readonly<Record<string, Finish["reason"]>> = {
  COMPLETE: "stop",
  STOP_SEQUENCE: "stop_sequence",
  MAX_TOKENS: "length",
  TOOL_CALL: "tool_calls",
};

export const finishOf = (finishReason: string | null, hasCalls: boolean): Finish =>
  finishFrom(REASONS, finishReason, hasCalls);

/** @throws GatewayError for an error in the place of an answer, or as its end. */
export function decodeAnswer(json: JsonObject): IrAnswer {
  const message = asObject(json["message"]);
  if (!message) throw decodeErrorObject(json["error"] ?? json);
  const finishReason = asText(json["finish_reason"]);
  const failed = finishError(finishReason, asText(json["error"]));
  if (failed) throw failed;
  const plan = asText(message["tool_plan"]);
  const calls = objects(message["tool_calls"]).map(decodeCall).filter(isRunnable);
  const usage = asObject(json["usage"]);
  return {
    id: asText(json["id"]),
    model: null,
    parts: [...(plan === null ? [] : [{ kind: "thinking", text: plan } as const]), ...contentOf(message), ...calls],
    finish: finishOf(finishReason, calls.length > 0),
    usage: usage ? usageFromCohere(usage) : null,
  };
}

function contentOf(message: JsonObject): Part[] {
  const said = message["content"];
  const content = typeof said === "string" ? [{ type: "text", text: said }] : objects(said);
  const parts = content.map(decodeContent);
  for (const citation of objects(message["citations"])) {
    const place = citation["content_index"];
    const cited = typeof place === "number" ? parts[place] : parts.find((part) => part?.kind === "text");
    if (cited?.kind === "text") cited.citations = [...(cited.citations ?? []), ...decodeCitation(citation)];
  }
  return parts.filter((part) => part !== null);
}

function decodeContent(content: JsonObject): Part | null {
  const text = asText(content["text"]);
  if (text !== null) return { kind: "text", text };
  const thinking = asText(content["thinking"]);
  return thinking === null ? null : { kind: "thinking", text: thinking };
}

const objects = (list: unknown): JsonObject[] =>
  asArray(list)
    .map(asObject)
    .filter((each) => each !== null);
