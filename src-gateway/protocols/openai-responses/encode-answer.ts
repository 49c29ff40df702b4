import { answerEvents, type IrAnswer } from "../../ir/answer.ts";
import type { JsonObject } from "../loose-json.ts";
import type { EncodeContext } from "../types.ts";
import { WIRE } from "./parts.ts";
import { createResponseBuilder } from "./response-builder.ts";
import { createResponseObject } from "./response-object.ts";
import { restoreResponse } from "./restore-answer.ts";
import { restoreSpelling } from "./spelling.ts";

/** The response object: as its provider wrote it when it came from this wire, and else what a stream of it would end with. */
export function encodeAnswer(answer: IrAnswer, context: EncodeContext): JsonObject {
  const object = createResponseObject(context);
  if (answer.home?.["$wire"] === WIRE) {
    return { ...object.identity, ...restoreSpelling(restoreResponse(answer), answer.home) };
  }
  const builder = createResponseBuilder(object, null);
  for (const event of answerEvents(answer)) builder.push(event);
  return builder.response();
}
