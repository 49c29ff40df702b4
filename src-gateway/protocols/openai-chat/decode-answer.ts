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
export function decodeAnswer(json: JsonObject): IrAnswer {
  const facts = factsOf(json);
  if (facts.error) throw facts.error;
  const fields = createTaker(json);
  const [first, ...others] = asArray(fields.any("choices"));
  const choice = asObject(first);
  if (!choice) throw unreadable("it has no choices");
  const inChoice = createTaker(choice);
  const { parts, home } = decodeChoice(inChoice);
  const finish = decodeFinish(choice, new Set(parts.map((part) => part.kind)));
  inChoice.filled("finish_reason");
  const id = fields.filled("id") ?? null;
  const model = fields.filled("model") ?? null;
  fields.any("created");
  const serviceTier = fields.text("service_tier");
  return {
    id,
    model,
    parts,
    finish,
    usage: facts.usage ?? null,
    ...(serviceTier === undefined ? {} : { serviceTier }),
    home: {
      ...fields.rest(),
      ...home,
      $choice: inChoice.rest(),
      ...(others.length > 0 ? { $otherChoices: others } : {}),
    },
  };
}

function decodeChoice(choice: Taker): { parts: Part[]; home: JsonObject } {
  const message = choice.object("message");
  if (!message) {
    const text = choice.text("text");
    if (text === undefined) throw unreadable("its first choice has no message");
    return { parts: text === "" ? [] : [{ kind: "text", text }], home: { $text: true } };
  }
  const fields = createTaker(message);
  try {
    const { parts, notes } = decodeAssistant(fields, "message");
    const images = takeImages(fields);
    return { parts: [...parts, ...images], home: { $message: { ...fields.rest(), ...notes } } };
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw unreadable(thrown.message);
    throw thrown;
  }
}

/** Pictures that OpenRouter and those who follow it put beside the content. */
function takeImages(fields: Taker): MediaPart[] {
  const images = asArray(fields.peek("images")).map(decodeAnswerImage);
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
