/** Why an answer ended, both ways. */
import type { Finish } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import { finishFrom } from "../finish-reason.ts";
import { asText } from "../loose-json.ts";

const REASONS: Readonly<Record<string, Finish["reason"]>> = {
  end_turn: "stop",
  stop_sequence: "stop_sequence",
  max_tokens: "length",
  model_context_window_exceeded: "context",
  tool_use: "tool_calls",
  refusal: "refusal",
  pause_turn: "paused",
  error: "error",
};

const WORDS: Readonly<Record<Finish["reason"], string>> = {
  stop: "end_turn",
  stop_sequence: "stop_sequence",
  length: "max_tokens",
  context: "model_context_window_exceeded",
  tool_calls: "tool_use",
  refusal: "refusal",
  filter: "refusal",
  paused: "pause_turn",
  error: "error",
};

/** From the object that has `stop_reason` and `stop_sequence`: an answer, or the delta of a stream. */
export function decodeFinish(json: JsonObject, hasCalls: boolean): Finish {
  const sequence = asText(json["stop_sequence"]);
  const finish = finishFrom(REASONS, asText(json["stop_reason"]), hasCalls);
  return sequence === null ? finish : { ...finish, sequence };
}

export const stopReason = (finish: Finish): string => WORDS[finish.reason];

/** Clients look into it when an answer was refused; on the wire it is null otherwise. */
export const stopDetails = (finish: Finish): JsonObject | null =>
  WORDS[finish.reason] === "refusal" ? { type: "refusal", category: null, explanation: null } : null;
