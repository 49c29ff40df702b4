import type { IrAnswer } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Part } from "../../ir/part.ts";
import { isRunnable } from "../call-input.ts";
import { countsFromMessages, tierWordFromMessages } from "../extra-usage.ts";
import { asArray, asText } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { usageFromMessages } from "../usage.ts";
import { given, isObject, isString, openFields } from "./home.ts";
import { decodePart } from "./parts.ts";
import { decodeFinish, stopReason } from "./stop-reason.ts";

/** The blocks of an answer that other wires have words for. */
const KNOWN = ["text", "thinking", "redacted_thinking", "tool_use"];

/** @throws GatewayError when the answer is an error in the clothes of a success. */
export function decodeAnswer(json: JsonObject): IrAnswer {
  if (json["type"] === "error" || isObject(json["error"]) || asText(json["error"]) !== null) {
    throw decodeErrorObject(json["error"] ?? json);
  }
  const fields = openFields(json);
  const { home } = fields;
  for (const name of ["type", "role", "stop_reason", "stop_sequence", "content"]) delete home[name];
  const id = fields.take("id", isString) ?? null;
  const model = fields.take("model", isString) ?? null;
  const usage = fields.take("usage", isObject);
  const parts = decodeBlocks(json["content"]);
  const finish = decodeFinish(
    json,
    parts.some((part) => part.kind === "call"),
  );
  if (finish.raw !== null && stopReason(finish) !== finish.raw) home["$stop_reason"] = finish.raw;
  if (usage) home["$usage"] = usage;
  const serviceTier = usage && tierWordFromMessages(usage);
  return {
    id,
    model,
    parts,
    finish,
    usage: usage ? usageFromMessages(usage) : null,
    ...given({ serviceTier, counts: (usage && countsFromMessages(usage)) ?? undefined }),
    home,
  };
}

function decodeBlocks(content: unknown): Part[] {
  if (isString(content)) return content === "" ? [] : [{ kind: "text", text: content }];
  return asArray(content).filter(isObject).map(decodeBlock).filter(isRunnable);
}

/** A block of an answer, from a provider that may leave out what it should not. */
export function decodeBlock(block: JsonObject): Part {
  const type = asText(block["type"]) ?? "";
  return KNOWN.includes(type) ? decodePart(block) : { kind: "native", wire: "anthropic-messages", type, raw: block };
}
