import type { Answer } from "../../ir/conversation.ts";
import { inputTotal, type Usage } from "../../ir/usage.ts";
import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { noFacts } from "../stream-facts.ts";
import type { AnswerFacts, EncodeContext } from "../types.ts";
import { usageFromResponses } from "../usage.ts";

export function readAnswer(bytes: Buffer): AnswerFacts {
  const json = parseObject(bytes);
  return json ? { ...noFacts(), ...factsOf(json) } : noFacts();
}

/** What a response object says: the body of a whole answer, or the `response` of an event. */
export function factsOf(response: JsonObject): Partial<AnswerFacts> {
  const facts: Partial<AnswerFacts> = {};
  const model = asText(response["model"]);
  if (model) facts.modelServed = model;
  const status = asText(response["status"]);
  const reason = asText(asObject(response["incomplete_details"])?.["reason"]);
  if (status && status !== "in_progress" && status !== "queued")
    facts.finishReason = reason ? `${status}: ${reason}` : status;
  const usage = asObject(response["usage"]);
  if (usage) facts.usage = usageFromResponses(usage);
  if (status === "failed" || (status === null && response["error"])) {
    facts.error = decodeErrorObject(response["error"] ?? { message: "The response failed without a reason." });
  }
  return facts;
}

const responseId = (context: EncodeContext): string => `resp_${context.exchangeId.toString(36)}`;
export const messageId = (context: EncodeContext): string => `msg_${context.exchangeId.toString(36)}`;

export function encodeAnswer(answer: Answer, context: EncodeContext): Buffer {
  return Buffer.from(JSON.stringify(encodeResponse(context, answer)));
}

/** @param answer null for the response as it stands at its beginning. */
export function encodeResponse(context: EncodeContext, answer: Answer | null): JsonObject {
  const isCut = answer?.finish === "length";
  return {
    id: responseId(context),
    object: "response",
    created_at: context.createdAt,
    status: answer === null ? "in_progress" : isCut ? "incomplete" : "completed",
    background: false,
    error: null,
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    instructions: null,
    max_output_tokens: null,
    model: context.model,
    output: answer === null ? [] : [encodeMessage(context, answer.text, "completed")],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage: answer === null ? null : encodeUsage(answer.usage),
    user: null,
    metadata: {},
  };
}

export function encodeMessage(context: EncodeContext, text: string | null, status: string): JsonObject {
  return {
    id: messageId(context),
    type: "message",
    status,
    role: "assistant",
    content: text === null ? [] : [encodeText(text)],
  };
}

export const encodeText = (text: string): JsonObject => ({ type: "output_text", annotations: [], logprobs: [], text });

function encodeUsage(usage: Usage): JsonObject {
  const input = inputTotal(usage);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + usage.output,
  };
}
