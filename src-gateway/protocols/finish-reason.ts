import type { Finish } from "../ir/answer.ts";

/**
 * The finish of an answer from the provider's word. Calls decide over words that only say that the model was done: some
 * providers call tools and say "stop", and none that says "tool calls" without one can be waited for.
 */
export function finishFrom(
  words: Readonly<Record<string, Finish["reason"]>>,
  raw: string | null,
  hasCalls: boolean,
): Finish {
  const reason = (raw === null ? undefined : words[raw]) ?? "stop";
  if (reason === "stop" && hasCalls) return { reason: "tool_calls", raw };
  if (reason === "tool_calls" && !hasCalls) return { reason: "stop", raw };
  return { reason, raw };
}
