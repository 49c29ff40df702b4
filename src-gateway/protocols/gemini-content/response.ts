import type { Surface } from "../../ir/protocol.ts";
import { JsonShapes } from "../../lib/json-shapes.ts";
import { countsFromGemini, tierFromGemini } from "../extra-usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { parseWithoutVectors } from "../parse-vectors.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { readFacts } from "../read-facts.ts";
import { noFacts } from "../stream-facts.ts";
import type { AnswerFacts } from "../types.ts";
import { usageFromGemini } from "../usage.ts";

const shapes = new JsonShapes([
  "modelVersion",
  "model_version",
  "finishReason",
  "finish_reason",
  "blockReason",
  "serviceTier",
  "trafficType",
  "modality",
  "error",
]);

export function readAnswer(bytes: Buffer, surface: Surface): AnswerFacts {
  if (surface !== "gemini-embeddings") return readFacts(bytes, shapes, factsOf);
  const json = parseWithoutVectors(bytes);
  return json ? { ...noFacts(), ...factsOf(json) } : noFacts();
}

/** What one object of the wire says: a whole answer, or a piece of a stream, which has the same shape. */
export function factsOf(json: JsonObject): Partial<AnswerFacts> {
  const facts: Partial<AnswerFacts> = {};
  if (json["error"]) facts.error = decodeErrorObject(json["error"]);
  const model = asText(json["modelVersion"]) ?? asText(json["model_version"]);
  if (model) facts.modelServed = model;
  for (const candidate of asArray(json["candidates"]).map(asObject)) {
    const reason = asText(candidate?.["finishReason"]) ?? asText(candidate?.["finish_reason"]);
    if (reason) facts.finishReason = reason;
  }
  const blocked = asText(asObject(json["promptFeedback"])?.["blockReason"]);
  if (blocked) facts.finishReason ??= blocked;
  const usage = asObject(json["usageMetadata"]) ?? asObject(json["usage_metadata"]);
  if (usage) {
    facts.usage = usageFromGemini(usage);
    facts.serviceTier = tierFromGemini(usage);
    facts.counts = countsFromGemini(usage);
  }
  return facts;
}
