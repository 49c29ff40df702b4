import type { IrAnswer } from "../../ir/answer.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { Part } from "../../ir/part.ts";
import { isRunnable } from "../call-input.ts";
import { countsFromItems } from "../extra-usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { usageFromResponses } from "../usage.ts";
import { decodeFinish, errorOf } from "./finish.ts";
import { decodeItem } from "./items.ts";
import { WIRE } from "./parts.ts";
import { restoreResponse } from "./restore-answer.ts";
import { rememberSpelling } from "./spelling.ts";

/** @throws GatewayError for a response that failed, and for JSON that is no response. */
export function decodeAnswer(json: JsonObject): IrAnswer {
  const error = errorOf(json);
  if (error) throw error;
  if (!Array.isArray(json["output"]) && asText(json["status"]) === null) {
    throw new GatewayError("provider_error", "The provider answered with JSON that is no response object.");
  }
  const { id, model, created_at: _, ...rest } = json;
  const parts = asArray(json["output"]).flatMap((item) => decodeOutputItem(asObject(item)));
  const usage = asObject(json["usage"]);
  const serviceTier = asText(json["service_tier"]);
  const counts = countsFromItems(asArray(json["output"]));
  const answer: IrAnswer = {
    id: asText(id),
    model: asText(model),
    parts,
    finish: decodeFinish(json, {
      hasCalls: parts.some((part) => part.kind === "call"),
      hasRefusal: parts.some((part) => part.kind === "refusal"),
    }),
    usage: usage && usageFromResponses(usage),
    ...(serviceTier === null ? {} : { serviceTier }),
    ...(counts === null ? {} : { counts }),
  };
  // The note says that the homes of this answer are this wire's.
  return { ...answer, ...rememberSpelling(rest, restoreResponse(answer), { $wire: WIRE }) };
}

/** What is no object, or an item that says nothing yet, is kept as it is and shown to nobody. */
function decodeOutputItem(raw: JsonObject | null): Part[] {
  if (!raw) return [];
  const { parts, home } = decodeItem(raw);
  const [first, ...others] = parts;
  const isSilent = !first || !isRunnable(first) || (first.kind === "thinking" && first.text === "" && !first.opaque);
  if (isSilent) return [{ kind: "native", wire: WIRE, type: asText(raw["type"]) ?? "message", raw }];
  if (!home) return parts;
  // The first piece of a message carries what is known of the message.
  return [{ ...first, home: { ...first.home, $message: home } }, ...others];
}
