import type { Surface } from "../../ir/protocol.ts";
import { JsonShapes } from "../../lib/json-shapes.ts";
import { tierFrom } from "../extra-usage.ts";
import { asArray, asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { parseWithoutVectors } from "../parse-vectors.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { readFacts } from "../read-facts.ts";
import { noFacts } from "../stream-facts.ts";
import type { AnswerFacts } from "../types.ts";
import { usageFromChat } from "../usage.ts";

const shapes = new JsonShapes(["model", "finish_reason", "service_tier", "error"]);

const wholeShapes = new JsonShapes(null);

/** An answer's JSON, for who is done with it before the next one is read; null for what is no object. */
export function answerJson(bytes: Buffer): JsonObject | null {
  const known = wholeShapes.read(bytes);
  if (known !== null) return known;
  const json = parseObject(bytes);
  if (json !== null) wholeShapes.learn(bytes);
  return json;
}

export function readAnswer(bytes: Buffer, surface: Surface): AnswerFacts {
  if (surface !== "embeddings") return readFacts(bytes, shapes, factsOf);
  const json = parseWithoutVectors(bytes);
  return json ? { ...noFacts(), ...factsOf(json) } : noFacts();
}

/** What one object of the wire, whole answer or chunk, says; only the fields that it has. */
export function factsOf(json: JsonObject): Partial<AnswerFacts> {
  const facts: Partial<AnswerFacts> = {};
  const error = errorOf(json);
  if (error) facts.error = decodeErrorObject(error);
  const model = asText(json["model"]);
  if (model) facts.modelServed = model;
  const choices = asArray(json["choices"]).map(asObject);
  for (const choice of choices) {
    const reason = asText(choice?.["finish_reason"]);
    if (reason) facts.finishReason = reason;
  }
  const usage = usageOf(json, choices);
  if (usage) facts.usage = usageFromChat(usage);
  if (json["service_tier"] !== undefined) facts.serviceTier = tierFrom(json["service_tier"]);
  return facts;
}

/** Usage stands at the top; Groq has it in `x_groq` too, Moonshot inside the choice. */
function usageOf(json: JsonObject, choices: (JsonObject | null)[]): JsonObject | null {
  const inChoice = choices.map((choice) => asObject(choice?.["usage"])).find((usage) => usage !== null);
  return asObject(json["usage"]) ?? asObject(asObject(json["x_groq"])?.["usage"]) ?? inChoice ?? null;
}

function errorOf(json: JsonObject): unknown {
  if (json["error"]) return json["error"];
  // MiniMax reports its errors beside an ordinary, empty answer.
  const base = asObject(json["base_resp"]);
  const status = base?.["status_code"];
  return typeof status === "number" && status !== 0 ? { message: base?.["status_msg"], code: String(status) } : null;
}
