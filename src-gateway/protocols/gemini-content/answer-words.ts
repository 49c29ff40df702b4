/** How answers end and what they cost, in Google's words. */
import type { Finish } from "../../ir/answer.ts";
import type { CallPart } from "../../ir/part.ts";
import { inputTotal, type Usage } from "../../ir/usage.ts";
import { callInput } from "../call-input.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

const REASONS: ReadonlyMap<string, Finish["reason"]> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "filter"],
  ["RECITATION", "filter"],
  ["LANGUAGE", "filter"],
  ["BLOCKLIST", "filter"],
  ["PROHIBITED_CONTENT", "filter"],
  ["SPII", "filter"],
  ["MODEL_ARMOR", "filter"],
  ["JAILBREAK", "filter"],
  ["CONTINUATION", "paused"],
  ["MALFORMED_FUNCTION_CALL", "error"],
  ["MALFORMED_RESPONSE", "error"],
  ["UNEXPECTED_TOOL_CALL", "error"],
  ["TOO_MANY_TOOL_CALLS", "error"],
]);

const WORDS: Readonly<Record<Finish["reason"], string>> = {
  stop: "STOP",
  stop_sequence: "STOP",
  tool_calls: "STOP",
  length: "MAX_TOKENS",
  context: "MAX_TOKENS",
  refusal: "SAFETY",
  filter: "SAFETY",
  paused: "CONTINUATION",
  error: "MALFORMED_RESPONSE",
};

/** Some back ends say in every chunk that they have no reason to say. */
export function finishWordOf(candidate: JsonObject | null): string | null {
  const word = asText(candidate?.["finishReason"]) ?? asText(candidate?.["finish_reason"]);
  return word === "FINISH_REASON_UNSPECIFIED" ? null : word;
}

/** Why the prompt was refused; null when it was not. */
export function blockWordOf(json: JsonObject): string | null {
  const feedback = asObject(json["promptFeedback"]) ?? asObject(json["prompt_feedback"]);
  return asText(feedback?.["blockReason"]) ?? asText(feedback?.["block_reason"]);
}

/** The candidate that counts: the first one. Null when there is none. */
export function firstCandidate(json: JsonObject): JsonObject | null {
  const candidates = asArray(json["candidates"])
    .map(asObject)
    .filter((candidate) => candidate !== null);
  return candidates.find((candidate) => !candidate["index"]) ?? null;
}

export interface Seen {
  calls: boolean;
  content: boolean;
  /** The prompt was refused, and `raw` is the reason for that. */
  blocked: boolean;
}

export function decodeFinish(raw: string | null, seen: Seen): Finish {
  if (seen.blocked) return { reason: "filter", raw };
  const known = raw?.startsWith("IMAGE_") || raw === "NO_IMAGE" ? "filter" : REASONS.get(raw ?? "");
  const reason = known ?? (seen.content ? "stop" : "error");
  return { reason: reason === "stop" && seen.calls ? "tool_calls" : reason, raw };
}

export function encodeFinish(finish: Finish): string {
  const own = decodeFinish(finish.raw, { calls: finish.reason === "tool_calls", content: false, blocked: false });
  return finish.raw !== null && own.reason === finish.reason && finish.raw !== "" && isWord(finish.raw)
    ? finish.raw
    : WORDS[finish.reason];
}

/** All of the arguments have come: they are an object. */
export const isWhole = ({ args }: CallPart): boolean => args.trim() !== "" && callInput(args)["_raw"] !== args;

/** The answer ended in the middle of its last call. The wire has whole calls only, and its clients run what they are given. */
export const isCut = (call: CallPart, { reason }: Finish): boolean =>
  reason !== "stop" && reason !== "tool_calls" && reason !== "stop_sequence" && !isWhole(call);

const isWord = (raw: string): boolean => REASONS.has(raw) || raw.startsWith("IMAGE_") || raw === "NO_IMAGE";

/** Cached tokens lie inside the prompt; thoughts beside the candidates. */
export function encodeUsage(usage: Usage): JsonObject {
  const prompt = inputTotal(usage);
  const audio = (tokenCount: number): JsonObject[] => [{ modality: "AUDIO", tokenCount }];
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: Math.max(0, usage.output - usage.reasoning),
    totalTokenCount: prompt + usage.output,
    ...(usage.cacheRead > 0 ? { cachedContentTokenCount: usage.cacheRead } : {}),
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
    ...(usage.audioInput > 0 ? { promptTokensDetails: audio(usage.audioInput) } : {}),
    ...(usage.audioOutput > 0 ? { candidatesTokensDetails: audio(usage.audioOutput) } : {}),
  };
}
