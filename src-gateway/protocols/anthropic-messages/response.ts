import { asObject, asText, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { noFacts } from "../stream-facts.ts";
import type { AnswerFacts } from "../types.ts";
import { usageFromMessages } from "../usage.ts";

export function readAnswer(bytes: Buffer): AnswerFacts {
  const facts = noFacts();
  const json = parseObject(bytes);
  if (!json) return facts;
  if (json["type"] === "error" || json["error"]) facts.error = decodeErrorObject(json["error"] ?? json);
  facts.modelServed = asText(json["model"]);
  facts.finishReason = asText(json["stop_reason"]);
  const usage = asObject(json["usage"]);
  if (usage) facts.usage = usageFromMessages(usage);
  return facts;
}
