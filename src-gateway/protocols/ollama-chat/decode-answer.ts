import type { Finish, IrAnswer } from "../../ir/answer.ts";
import type { Part } from "../../ir/part.ts";
import type { Usage } from "../../ir/usage.ts";
import { isRunnable } from "../call-input.ts";
import { finishFrom } from "../finish-reason.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { usageFromOllama } from "../usage.ts";
import { decodeCalls } from "./parts.ts";

/** `load` and `unload` answer requests without a message. */
const REASONS: Readonly<Record<string, Finish["reason"]>> = { stop: "stop", length: "length" };

export const finishOf = (json: JsonObject, hasCalls: boolean): Finish =>
  finishFrom(REASONS, asText(json["done_reason"]), hasCalls);

/** Null while nothing was counted. */
export const usageOf = (json: JsonObject): Usage | null =>
  typeof json["prompt_eval_count"] === "number" || typeof json["eval_count"] === "number"
    ? usageFromOllama(json)
    : null;

/** @throws GatewayError for an error in the place of an answer. */
export function decodeAnswer(json: JsonObject): IrAnswer {
  const message = asObject(json["message"]);
  if (!message) throw decodeErrorObject(json["error"] ?? json);
  const thinking = asText(message["thinking"]);
  const text = asText(message["content"]);
  const calls = decodeCalls(message["tool_calls"]).filter(isRunnable);
  const parts: Part[] = [
    ...(thinking === null ? [] : [{ kind: "thinking", text: thinking } as const]),
    ...(text === null ? [] : [{ kind: "text", text } as const]),
    ...calls,
  ];
  return {
    id: null,
    model: asText(json["model"]),
    parts,
    finish: finishOf(json, calls.length > 0),
    usage: usageOf(json),
  };
}
