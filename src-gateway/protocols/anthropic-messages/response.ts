import type { Answer } from "../../ir/conversation.ts";
import type { Usage } from "../../ir/usage.ts";
import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { noFacts } from "../stream-facts.ts";
import type { AnswerFacts, EncodeContext } from "../types.ts";
import { usageFromMessages } from "../usage.ts";

export function readAnswer(bytes: Buffer): AnswerFacts {
  const facts = noFacts();
  const json = parseObject(bytes);
  if (!json) return facts;
  if (json["type"] === "error" || json["error"]) facts.error = decodeErrorObject(json["error"] ?? json);
  facts.modelServed = asText(json["model"]);
  facts.finishReason = asText(json["stop_reason"]);
  const usage = asObject(json["usage"]);
  if (usage) facts.usage = usageFromMessages(usage);
  return facts;
}

const messageId = (context: EncodeContext): string => `msg_${context.exchangeId.toString(36)}`;
export const stopReason = (finish: Answer["finish"]): string => (finish === "length" ? "max_tokens" : "end_turn");

export function encodeAnswer(answer: Answer, context: EncodeContext): Buffer {
  const content = [{ type: "text", text: answer.text }];
  return Buffer.from(
    JSON.stringify({
      ...encodeHead(context),
      content,
      stop_reason: stopReason(answer.finish),
      usage: encodeUsage(answer.usage),
    }),
  );
}

export function encodeHead(context: EncodeContext): JsonObject {
  return {
    id: messageId(context),
    type: "message",
    role: "assistant",
    model: context.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

export function encodeUsage(usage: Usage): JsonObject {
  return {
    input_tokens: usage.inputUncached,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite5m, ephemeral_1h_input_tokens: usage.cacheWrite1h },
    output_tokens: usage.output,
    service_tier: "standard",
  };
}
