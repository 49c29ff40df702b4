import type { JsonShapes } from "../lib/json-shapes.ts";
import { type JsonObject, parseObject } from "./loose-json.ts";
import { noFacts } from "./stream-facts.ts";
import type { AnswerFacts } from "./types.ts";

/**
 * What a whole answer says. One that is like another before is not parsed for it.
 * @param shapes knows the names of all members whose texts `factsOf` looks at.
 */
export function readFacts(
  bytes: Buffer,
  shapes: JsonShapes,
  factsOf: (json: JsonObject) => Partial<AnswerFacts>,
): AnswerFacts {
  const known = shapes.read(bytes);
  const knownFacts = known === null ? null : factsOf(known);
  // Of an error all words may be looked at.
  if (knownFacts !== null && !knownFacts.error) return { ...noFacts(), ...knownFacts };
  const json = parseObject(bytes);
  if (json === null) return noFacts();
  const facts = factsOf(json);
  if (known === null && facts.usage && !facts.error) shapes.learn(bytes);
  return { ...noFacts(), ...facts };
}
