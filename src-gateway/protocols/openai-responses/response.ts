import { JsonShapes } from "../../lib/json-shapes.ts";
import { countsFromItems, tierFrom } from "../extra-usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { readFacts } from "../read-facts.ts";
import type { AnswerFacts } from "../types.ts";
import { usageFromResponses } from "../usage.ts";

const shapes = new JsonShapes(["model", "status", "reason", "service_tier", "type", "error"]);

export const readAnswer = (bytes: Buffer): AnswerFacts => readFacts(bytes, shapes, factsOf);

/** What a response object says: the body of a whole answer, or the `response` of an event. */
export function factsOf(response: JsonObject): Partial<AnswerFacts> {
  const facts: Partial<AnswerFacts> = {};
  const model = asText(response["model"]);
  if (model) facts.modelServed = model;
  const status = asText(response["status"]);
  const reason = asText(asObject(response["incomplete_details"])?.["reason"]);
  if (status && status !== "in_progress" && status !== "queued")
    facts.finishReason = reason ? `${status}: ${reason}` : status;
  const usage = asObject(response["usage"]);
  if (usage) facts.usage = usageFromResponses(usage);
  if (response["service_tier"] !== undefined) facts.serviceTier = tierFrom(response["service_tier"]);
  const counts = countsFromItems(asArray(response["output"]));
  if (counts) facts.counts = counts;
  if (status === "failed" || (status === null && response["error"])) {
    facts.error = decodeErrorObject(response["error"] ?? { message: "The response failed without a reason." });
  }
  return facts;
}
