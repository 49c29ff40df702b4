import type { IrAnswer } from "../../ir/answer.ts";
import { idText } from "../../ir/exchange-record.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Part } from "../../ir/part.ts";
import { NO_USAGE, type Usage } from "../../ir/usage.ts";
import { asObject, asText } from "../loose-json.ts";
import type { EncodeContext } from "../types.ts";
import { usageFromMessages } from "../usage.ts";
import { encodeUsage } from "./encode-usage.ts";
import { written } from "./home.ts";
import { encodePart } from "./parts.ts";
import { stopDetails, stopReason } from "./stop-reason.ts";

export function encodeAnswer(answer: IrAnswer, context: EncodeContext): JsonObject {
  const { home, finish } = answer;
  const isOwn = home !== undefined;
  const content: JsonObject[] = [];
  for (const part of answer.parts) {
    const block = encodeBlock(part, context, { at: content.length, isOwn });
    if (block) content.push(block);
  }
  const head = encodeHead(context);
  const stop_sequence = finish.sequence ?? null;
  if (!isOwn) {
    const usage = encodeUsage(answer.usage, answer.serviceTier);
    const { id, type, role, model } = head;
    const stop_reason = stopReason(finish);
    return { id, type, role, model, content, stop_reason, stop_sequence, stop_details: stopDetails(finish), usage };
  }
  return {
    ...head,
    ...written(home),
    content,
    stop_reason: asText(home["$stop_reason"]) ?? stopReason(finish),
    stop_sequence,
    usage: ownUsage(answer) ?? encodeUsage(answer.usage, answer.serviceTier),
  };
}

/** What every message has; the same for a whole one and at the start of a stream. */
export const encodeHead = (context: EncodeContext): { id: string; type: string; role: string; model: string } => ({
  id: `msg_${idText(context.exchangeId)}`,
  type: "message",
  role: "assistant",
  model: context.model,
});

/**
 * A part of an answer as block number `at`; null for what the wire has no word for, and for the empty parts of other
 * wires, which a client would send back and the API would refuse.
 */
export function encodeBlock(
  part: Part,
  context: EncodeContext,
  { at, isOwn }: { at: number; isOwn: boolean },
): JsonObject | null {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text === "" && !isOwn ? null : encodePart(part, true);
    case "thinking": {
      if (part.text === "" && !part.opaque && !isOwn) return null;
      const block = encodePart(part, true);
      // Clients send the block back, and their types want the field.
      return block?.["type"] === "thinking" ? { signature: "", ...block } : block;
    }
    case "call":
      return encodePart(part.id === "" ? { ...part, id: callId(context, at) } : part, true);
    case "native":
      return encodePart(part, true);
    default:
      return null;
  }
}

/** For a call from a wire without ids. */
const callId = (context: EncodeContext, at: number): string => `toolu_${idText(context.exchangeId)}_${at}`;

/** The usage as it was read, if nobody has counted otherwise since. */
function ownUsage(answer: IrAnswer): JsonObject | null {
  const json = asObject(answer.home?.["$usage"]);
  if (!json || !answer.usage) return null;
  const [read, kept] = [usageFromMessages(json), answer.usage];
  const buckets = Object.keys(NO_USAGE) as (keyof Usage)[];
  return buckets.every((bucket) => read[bucket] === kept[bucket]) ? json : null;
}
