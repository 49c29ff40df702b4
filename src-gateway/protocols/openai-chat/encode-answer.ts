/** The whole answer for a client, of Chat or of the older Completions. */

import type { IrAnswer } from "../../ir/answer.ts";
import { idText } from "../../ir/exchange-record.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { CallPart, Part } from "../../ir/part.ts";
import { inputTotal, NO_USAGE, type Usage } from "../../ir/usage.ts";
import { asArray, asObject, asText } from "../loose-json.ts";
import type { EncodeContext } from "../types.ts";
import { assistantFields } from "./assistant-fields.ts";
import { wireFields } from "./chat-fields.ts";
import { encodeFinish } from "./chat-finish.ts";
import { isLegacyTool } from "./tools.ts";

export function encodeAnswer(answer: IrAnswer, context: EncodeContext): JsonObject {
  const common = {
    id: chatId(context),
    created: context.createdAt,
    model: context.model,
    ...(answer.serviceTier === undefined ? {} : { service_tier: answer.serviceTier }),
  };
  const home = answer.home ?? {};
  // These are there when the answer was read from this wire: then it goes back as it was.
  const choiceHome = asObject(home["$choice"]);
  const isText = context.surface === "completions";
  if (choiceHome && (isText ? home["$text"] === true : asObject(home["$message"]) !== null)) {
    const others = asArray(home["$otherChoices"]);
    return { ...common, choices: [exactChoice(answer, choiceHome, isText), ...others], ...wireFields(home) };
  }
  return {
    ...common,
    object: isText ? "text_completion" : "chat.completion",
    choices: [isText ? textChoice(answer) : chatChoice(answer, context)],
    usage: chatUsage(answer.usage ?? NO_USAGE),
  };
}

function exactChoice(answer: IrAnswer, choiceHome: JsonObject, isText: boolean): JsonObject {
  const finish = answer.finish.raw === null ? {} : { finish_reason: answer.finish.raw };
  if (isText) return { text: textOf(answer.parts), ...finish, ...wireFields(choiceHome) };
  const home = asObject(answer.home?.["$message"]) ?? {};
  const fields = assistantFields(answer.parts, {
    exact: true,
    thinking: true,
    spelling: asText(home["$content"]),
    callId: (call) => call.id,
  });
  return { message: { ...fields, ...wireFields(home) }, ...finish, ...wireFields(choiceHome) };
}

function chatChoice(answer: IrAnswer, context: EncodeContext): JsonObject {
  const legacyCalls = speaksLegacy(context);
  const fields = assistantFields(legacyCalls ? withLegacyCall(answer.parts) : answer.parts, {
    exact: false,
    thinking: true,
    pictures: true,
    spelling: null,
    callId: (call, n) => callId(call, n, context),
  });
  const refusal = fields["refusal"] !== undefined;
  return {
    index: 0,
    message: { role: "assistant", refusal: null, annotations: [], ...fields },
    logprobs: null,
    finish_reason: encodeFinish(answer.finish, { refusal, legacyCalls }),
  };
}

const textChoice = (answer: IrAnswer): JsonObject => ({
  index: 0,
  text: textOf(answer.parts),
  logprobs: null,
  finish_reason: encodeFinish(answer.finish, { refusal: false, legacyCalls: false }),
});

const textOf = (parts: Part[]): string => parts.map((part) => (part.kind === "text" ? part.text : "")).join("");

/** The client offered the older `functions`, so it looks for the older field in the answer. */
export const speaksLegacy = (context: EncodeContext): boolean => context.request?.tools.some(isLegacyTool) ?? false;

/** The older field has room for one call. */
function withLegacyCall(parts: Part[]): Part[] {
  const first = parts.find((part) => part.kind === "call");
  return parts.flatMap((part): Part[] => {
    if (part.kind !== "call") return [part];
    return part === first ? [{ ...part, home: { ...part.home, $legacy: true } }] : [];
  });
}

export const chatId = (context: EncodeContext): string =>
  `${context.surface === "completions" ? "cmpl" : "chatcmpl"}-${idText(context.exchangeId)}`;

/** Clients tell calls apart by id, and not every provider gives one. */
export const callId = (call: Pick<CallPart, "id">, n: number, context: EncodeContext): string =>
  call.id === "" ? `call_${idText(context.exchangeId)}_${n}` : call.id;

export function chatUsage(usage: Usage): JsonObject {
  const input = inputTotal(usage);
  const written = usage.cacheWrite5m + usage.cacheWrite1h;
  return {
    prompt_tokens: input,
    completion_tokens: usage.output,
    total_tokens: input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      audio_tokens: usage.audioInput,
      ...(written > 0 ? { cache_write_tokens: written } : {}),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: usage.audioOutput },
  };
}
