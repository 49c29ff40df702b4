import { countsFromMessages, tierFromMessages } from "../extra-usage.ts";
import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { noFacts } from "../stream-facts.ts";
import type { AnswerFacts } from "../types.ts";
import { usageFromMessages } from "../usage.ts";

/** What an answer's usage says, which may stand in two events of a stream. */
export const metered = (usage: JsonObject): Pick<AnswerFacts, "usage" | "serviceTier" | "counts"> => ({
  usage: usageFromMessages(usage),
  serviceTier: tierFromMessages(usage),
  counts: countsFromMessages(usage),
});

export function readAnswer(bytes: Buffer): AnswerFacts {
  const facts = noFacts();
  const json = parseObject(bytes);
  if (!json) return facts;
  if (json["type"] === "error" || json["error"]) facts.error = decodeErrorObject(json["error"] ?? json);
  facts.modelServed = asText(json["model"]);
  facts.finishReason = asText(json["stop_reason"]);
  const usage = asObject(json["usage"]);
  if (usage) Object.assign(facts, metered(usage));
  return facts;
}
