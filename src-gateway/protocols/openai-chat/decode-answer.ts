/** The whole answer of a provider. */

import type { IrAnswer } from "../../ir/answer.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { MediaPart, Part } from "../../ir/part.ts";
import { asArray, asObject } from "../loose-json.ts";
import { createTaker, type Taker } from "./chat-fields.ts";
import { decodeFinish } from "./chat-finish.ts";
import { decodeAssistant } from "./chat-message.ts";
import { decodeMedia } from "./media-parts.ts";
import { factsOf } from "./response.ts";

/** @throws GatewayError for an error inside a 200, and for what is no answer. */
export function decodeAnswer(json: JsonObject, goesAbroad = false): IrAnswer {
  const facts = factsOf(json);
  if (facts.error) throw facts.error;
  const fields = createTaker(json);
  const choices = asArray(fields.any("choices"));
  const choice = asObject(choices[0]);
  if (!choice) throw unreadable("it has no choices");
  const inChoice = createTaker(choice);
  const { parts, home } = decodeChoice(inChoice, goesAbroad);
  const finish = decodeFinish(choice, new Set(parts.map((part) => part.kind)));
  const id = fields.filled("id") ?? null;
  const model = fields.filled("model") ?? null;
  const serviceTier = fields.text("service_tier");
  const answer: IrAnswer = { id, model, parts, finish, usage: facts.usage ?? null };
  if (serviceTier !== undefined) answer.serviceTier = serviceTier;
  if (home === null) return answer;
  inChoice.filled("finish_reason");
  fields.any("created");
  answer.home = { ...fields.rest(), ...home, $choice: inChoice.rest() };
  if (choices.length > 1) answer.home["$otherChoices"] = choices.slice(1);
  return answer;
}

/** The home is null where nobody asks for it. */
function decodeChoice(choice: Taker, goesAbroad: boolean): { parts: Part[]; home: JsonObject | null } {
  const message = choice.object("message");
  if (!message) {
    const text = choice.text("text");
    if (text === undefined) throw unreadable("its first choice has no message");
    return { parts: text === "" ? [] : [{ kind: "text", text }], home: goesAbroad ? null : { $text: true } };
  }
  const fields = createTaker(message);
  try {
    const { parts, notes } = decodeAssistant(fields, "message");
    for (const image of takeImages(fields)) parts.push(image);
    return { parts, home: goesAbroad ? null : { $message: { ...fields.rest(), ...notes } } };
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw unreadable(thrown.message);
    throw thrown;
  }
}

/** Pictures that OpenRouter and those who follow it put beside the content. */
function takeImages(fields: Taker): MediaPart[] {
  const found = fields.peek("images");
  if (found === undefined) return [];
  const images = asArray(found).map(decodeAnswerImage);
  const known = images.filter((image) => image !== null);
  if (known.length === 0 || known.length < images.length) return [];
  fields.any("images");
  return known;
}

export function decodeAnswerImage(entry: unknown): MediaPart | null {
  const image = decodeMedia(asObject(entry) ?? {});
  return image?.kind === "image" ? { ...image, home: { ...image.home, $answer: true } } : null;
}

const unreadable = (why: string): GatewayError =>
  new GatewayError(
    "provider_error",
    `The provider's answer cannot be read: ${why}. Try again, or ask another provider.`,
  );
