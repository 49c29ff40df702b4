/** The events of an answer as the chunks of a stream, of Chat or of the older Completions. */
import type { IrEvent, OpenPart } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { CallPart, Citation, Part } from "../../ir/part.ts";
import { NO_USAGE } from "../../ir/usage.ts";
import type { StreamEncoder } from "../codec.ts";
import { NO_BYTES, sseFrame } from "../stream-facts.ts";
import type { EncodeContext } from "../types.ts";
import { textBreak } from "./assistant-fields.ts";
import { wireFields } from "./chat-fields.ts";
import { encodeFinish } from "./chat-finish.ts";
import { encodeCitation } from "./citations.ts";
import { callId, chatId, chatUsage, speaksLegacy } from "./encode-answer.ts";
import { encodeStreamError } from "./error.ts";
import { AUDIO_TYPE, writeSignature } from "./message-calls.ts";

const DONE_FRAME = Buffer.from("data: [DONE]\n\n");

export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  const isText = context.surface === "completions";
  const deltas = createDeltas(context);
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
    const said = isText ? { text: typeof delta["content"] === "string" ? delta["content"] : "" } : { delta };
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
      if (delta === null || (isText && typeof delta["content"] !== "string")) return NO_BYTES;
      return isText && delta["content"] === "" ? NO_BYTES : piece(delta, null);
    },
  };
}

/** What each event adds to the message; null when that is nothing this wire has a word for. */
function createDeltas(context: EncodeContext): { push(event: IrEvent): JsonObject | null; hasRefusal(): boolean } {
  const legacy = speaksLegacy(context);
  let open: OpenPart | null = null;
  let before: Part["kind"] | undefined;
  let hasRefusal = false;
  let hasThought = false;
  let calls = 0;
  let isFresh = false;
  let written = 0;
  let textStart = 0;

  const callDelta = (fields: JsonObject): JsonObject | null => {
    if (!legacy) return { tool_calls: [{ index: calls - 1, ...fields }] };
    // The older field has room for one call.
    return calls === 1 && fields["function"] ? { function_call: fields["function"] } : null;
  };
  const addText = (text: string): JsonObject | null => {
    const isLater = isFresh && open?.kind === "text" && written > 0;
    const isLaterThought = isFresh && open?.kind === "thinking" && hasThought;
    isFresh = false;
    switch (open?.kind) {
      case "text": {
        const gap = textBreak(isLater, before);
        if (textStart === written) textStart += gap.length;
        written += gap.length + text.length;
        return { content: gap + text };
      }
      case "thinking":
        hasThought = true;
        return { reasoning_content: (isLaterThought ? "\n\n" : "") + text };
      case "refusal":
        hasRefusal = true;
        return { refusal: text };
      case "call":
        return callDelta(open.custom ? { custom: { input: text } } : { function: { arguments: text } });
      default:
        return null;
    }
  };
  const cite = (citation: Citation): JsonObject | null => {
    const annotation = encodeCitation(citation, { offset: textStart, length: written - textStart });
    return annotation ? { annotations: [annotation] } : null;
  };

  return {
    hasRefusal: () => hasRefusal,
    push(event) {
      switch (event.type) {
        case "start":
          return { role: "assistant", content: "", refusal: null };
        case "part-start":
          open = event.part;
          isFresh = true;
          textStart = written;
          if (open.kind !== "call") return null;
          calls++;
          return callDelta(openCall(open, callId(open, calls - 1, context)));
        case "delta":
          return event.text === "" ? null : addText(event.text);
        case "citation":
          return cite(event.citation);
        case "opaque":
          return open?.kind === "call" ? callDelta(writeSignature(event.opaque.value)) : null;
        case "part-end": {
          const ended = open;
          open = null;
          before = ended?.kind ?? before;
          // Readers parse the arguments, and nothing is not JSON.
          return ended?.kind === "call" && isFresh && !ended.custom
            ? callDelta({ function: { arguments: "{}" } })
            : null;
        }
        case "part":
          before = event.part.kind;
          return event.part.kind === "native" && event.part.type === AUDIO_TYPE ? { audio: event.part.raw } : null;
        default:
          return null;
      }
    },
  };
}

function openCall(call: Omit<CallPart, "args">, id: string): JsonObject {
  const signature = call.opaque ? writeSignature(call.opaque.value) : {};
  const body = call.custom
    ? { custom: { name: call.name, input: "" } }
    : { function: { name: call.name, arguments: "" } };
  return { id, type: call.custom ? "custom" : "function", ...body, ...signature, ...wireFields(call.home) };
}
