/** The events of an answer as the chunks of a stream, of Chat or of the older Completions. */
import type { IrEvent } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import { NO_USAGE } from "../../ir/usage.ts";
import type { StreamEncoder } from "../codec.ts";
import { NO_BYTES, sseFrame } from "../stream-facts.ts";
import type { EncodeContext } from "../types.ts";
import { encodeFinish } from "./chat-finish.ts";
import { chatId, chatUsage, speaksLegacy } from "./encode-answer.ts";
import { encodeStreamError } from "./error.ts";
import { createDeltaWriter } from "./write-delta.ts";

const DONE_FRAME = Buffer.from("data: [DONE]\n\n");

export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  const isText = context.surface === "completions";
  const deltas = createDeltaWriter(context);
  let isClosed = false;

  const chunk = (choices: unknown[], more: JsonObject = {}): Buffer =>
    sseFrame({
      id: chatId(context),
      object: isText ? "text_completion" : "chat.completion.chunk",
      created: context.createdAt,
      model: context.model,
      choices,
      ...(context.wantsUsage ? { usage: null } : {}),
      ...more,
    });
  const piece = (delta: JsonObject, finish: string | null, more: JsonObject = {}): Buffer => {
    const said = isText ? { text: delta["content"] ?? "" } : { delta };
    return chunk([{ index: 0, ...said, logprobs: null, finish_reason: finish }], more);
  };
  const close = (event: IrEvent & { type: "end" }): Buffer => {
    const shown = { refusal: deltas.hasRefusal(), legacyCalls: speaksLegacy(context) };
    const tier = event.serviceTier === undefined ? {} : { service_tier: event.serviceTier };
    const frames = [piece({}, encodeFinish(event.finish, shown), tier)];
    if (context.wantsUsage) frames.push(chunk([], { usage: chatUsage(event.usage ?? NO_USAGE) }));
    return Buffer.concat([...frames, DONE_FRAME]);
  };

  return {
    push(event) {
      if (isClosed) return NO_BYTES;
      if (event.type === "end" || event.type === "error") {
        isClosed = true;
        return event.type === "end" ? close(event) : encodeStreamError(event.error);
      }
      const delta = deltas.push(event);
      if (delta === null || (isText && (delta["content"] ?? "") === "")) return NO_BYTES;
      return piece(delta, null);
    },
  };
}
