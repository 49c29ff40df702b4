import { JsonShapes } from "../../lib/json-shapes.ts";
import { countsFromMessages, tierFromMessages } from "../extra-usage.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { readFacts } from "../read-facts.ts";
import type { AnswerFacts } from "../types.ts";
import { usageFromMessages } from "../usage.ts";

/** What an answer's usage says, which may stand in two events of a stream. */
export const metered = (usage: JsonObject): Pick<AnswerFacts, "usage" | "serviceTier" | "counts"> => ({
  usage: usageFromMessages(usage),
  serviceTier: tierFromMessages(usage),
  counts: countsFromMessages(usage),
});

const shapes = new JsonShapes(["type", "model", "stop_reason", "service_tier", "speed", "error"]);

export const readAnswer = (bytes: Buffer): AnswerFacts => readFacts(bytes, shapes, factsOf);

function factsOf(json: JsonObject): Partial<AnswerFacts> {
  const facts: Partial<AnswerFacts> = {
    modelServed: asText(json["model"]),
    finishReason: asText(json["stop_reason"]),
  };
  if (json["type"] === "error" || json["error"]) facts.error = decodeErrorObject(json["error"] ?? json);
  const usage = asObject(json["usage"]);
  return usage ? { ...facts, ...metered(usage) } : facts;
}
