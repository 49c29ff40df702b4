/** Why an answer ended, both ways. */
import type { Finish } from "../../ir/answer.ts";
import type { Part } from "../../ir/part.ts";
import { asText, type JsonObject } from "../loose-json.ts";

const REASONS: Readonly<Record<string, Finish["reason"]>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "filter",
  error: "error",
  // Words of servers that follow this wire from afar.
  max_tokens: "length",
  model_length: "length",
  model_context_window_exceeded: "context",
  tool_use: "tool_calls",
  stop_sequence: "stop_sequence",
  safety: "filter",
  sensitive: "filter",
  network_error: "error",
  insufficient_system_resource: "error",
};

/** `kinds`: of the parts that the answer has. Calls count for more than the word, which some servers leave at stop. */
export function decodeFinish(choice: JsonObject | null, kinds: ReadonlySet<Part["kind"]>): Finish {
  const raw = asText(choice?.["finish_reason"]);
  const said = (raw === null ? undefined : REASONS[raw.toLowerCase()]) ?? "stop";
  // vLLM tells here which of the stop sequences it met; a number is a token.
  const sequence = asText(choice?.["stop_reason"]);
  if (said === "stop" || said === "tool_calls") {
    if (kinds.has("call")) return { reason: "tool_calls", raw };
    if (kinds.has("refusal")) return { reason: "refusal", raw };
    return sequence !== null && raw === "stop" ? { reason: "stop_sequence", sequence, raw } : { reason: "stop", raw };
  }
  return { reason: said === "filter" && kinds.has("refusal") ? "refusal" : said, raw };
}

const WORDS: Readonly<Record<Finish["reason"], string>> = {
  stop: "stop",
  stop_sequence: "stop",
  length: "length",
  context: "length",
  tool_calls: "tool_calls",
  refusal: "content_filter",
  filter: "content_filter",
  paused: "stop",
  error: "error",
};

export function encodeFinish(finish: Finish, shown: { refusal: boolean; legacyCalls: boolean }): string {
  // A refusal that can be read is an ordinary answer here.
  if (finish.reason === "refusal" && shown.refusal) return "stop";
  if (finish.reason === "tool_calls" && shown.legacyCalls) return "function_call";
  return WORDS[finish.reason];
}
