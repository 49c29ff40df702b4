import type { IrAnswer } from "../../ir/answer.ts";
import type { Part, Turn } from "../../ir/part.ts";
import { asObject, type JsonObject } from "../loose-json.ts";
import { encodeUsage } from "./encode-usage.ts";
import { encodeFinish } from "./finish.ts";
import { restoreItems } from "./items.ts";
import { isPiece } from "./parts.ts";

/** A response that was read from this wire, in this codec's own spelling: all but id, model and time. */
export function restoreResponse(answer: IrAnswer): JsonObject {
  const hasRefusal = answer.parts.some((part) => part.kind === "refusal");
  const { status, incomplete_details } = encodeFinish(answer.finish, hasRefusal);
  return {
    object: "response",
    status,
    incomplete_details,
    output: messagesOf(answer.parts).flatMap(restoreItems),
    ...(answer.usage ? { usage: encodeUsage(answer.usage) } : {}),
    ...(answer.serviceTier === undefined ? {} : { service_tier: answer.serviceTier }),
  };
}

/** The parts as turns, cut where a message begins. */
function messagesOf(parts: readonly Part[]): Turn[] {
  const turns: Turn[] = [];
  let message: Turn | null = null;
  for (const part of parts) {
    const home = asObject(part.home?.["$message"]);
    if (!isPiece(part)) {
      message = null;
      turns.push({ role: "assistant", parts: [part] });
    } else if (message && !home) message.parts.push(part);
    else {
      message = { role: "assistant", parts: [part], ...(home ? { home } : {}) };
      turns.push(message);
    }
  }
  return turns;
}
