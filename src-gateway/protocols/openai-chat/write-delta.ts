/** What each event adds to the message of a stream. */
import type { IrEvent, OpenPart } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { CallPart, Part } from "../../ir/part.ts";
import type { EncodeContext } from "../types.ts";
import { textBreak } from "./assistant-fields.ts";
import { wireFields } from "./chat-fields.ts";
import { encodeCitation } from "./citations.ts";
import { callId, speaksLegacy } from "./encode-answer.ts";
import { encodeMedia } from "./media-parts.ts";
import { AUDIO_TYPE, writeSignature } from "./message-calls.ts";

export interface DeltaWriter {
  /** Null for what adds nothing, or nothing that this wire has a word for. */
  push(event: IrEvent): JsonObject | null;
  hasRefusal(): boolean;
}

export function createDeltaWriter(context: EncodeContext): DeltaWriter {
  const texts = createTextWriter();
  const calls = createCallWriter(context);
  let open: OpenPart | null = null;
  let isEmpty = true;
  return {
    hasRefusal: () => texts.hasRefusal(),
    push(event) {
      switch (event.type) {
        case "start":
          return { role: "assistant", content: "", refusal: null };
        case "part-start":
          open = event.part;
          isEmpty = true;
          if (open.kind === "call") return calls.begin(open);
          texts.begin();
          return null;
        case "delta":
          if (event.text === "" || open === null) return null;
          isEmpty = false;
          return open.kind === "call" ? calls.add(open, event.text) : texts.add(open.kind, event.text);
        case "citation": {
          const annotation = encodeCitation(event.citation, texts.cited());
          return annotation ? { annotations: [annotation] } : null;
        }
        case "opaque":
          return open?.kind === "call" ? calls.sign(event.opaque.value) : null;
        case "part-end": {
          const ended = open;
          open = null;
          if (ended) texts.pass(ended.kind);
          // Readers parse the arguments, and nothing is not JSON.
          return ended?.kind === "call" && isEmpty && !ended.custom ? calls.add(ended, "{}") : null;
        }
        case "part":
          texts.pass(event.part.kind);
          return wholePart(event.part);
        default:
          return null;
      }
    },
  };
}

function wholePart(part: Part): JsonObject | null {
  // OpenRouter's field, which its clients know.
  if (part.kind === "image") return { images: [encodeMedia(part)] };
  return part.kind === "native" && part.type === AUDIO_TYPE ? { audio: part.raw } : null;
}

/** Keeps apart what this wire runs into one: texts with something in between, and thoughts. */
function createTextWriter() {
  let before: Part["kind"] | undefined;
  let isFresh = false;
  let hasThought = false;
  let hasRefusal = false;
  let length = 0;
  let start = 0;
  return {
    hasRefusal: () => hasRefusal,
    begin(): void {
      isFresh = true;
      start = length;
    },
    pass(kind: Part["kind"]): void {
      before = kind;
    },
    cited: () => ({ offset: start, length: length - start }),
    add(kind: "text" | "thinking" | "refusal", text: string): JsonObject {
      const wasFresh = isFresh;
      isFresh = false;
      if (kind === "refusal") {
        hasRefusal = true;
        return { refusal: text };
      }
      if (kind === "thinking") {
        const gap = wasFresh && hasThought ? "\n\n" : "";
        hasThought = true;
        return { reasoning_content: gap + text };
      }
      const gap = wasFresh ? textBreak(length > 0, before) : "";
      start += gap.length;
      length += gap.length + text.length;
      return { content: gap + text };
    },
  };
}

function createCallWriter(context: EncodeContext) {
  const isLegacy = speaksLegacy(context);
  let count = 0;
  const delta = (fields: JsonObject): JsonObject | null => {
    if (!isLegacy) return { tool_calls: [{ ...fields, index: count - 1 }] };
    // The older field has room for one call.
    return count === 1 && fields["function"] ? { function_call: fields["function"] } : null;
  };
  return {
    begin(call: Omit<CallPart, "args">): JsonObject | null {
      count++;
      const kind = call.custom ? "custom" : "function";
      const body = { name: call.name, [call.custom ? "input" : "arguments"]: "" };
      const signature = call.opaque ? writeSignature(call.opaque.value) : {};
      return delta({
        id: callId(call, count - 1, context),
        type: kind,
        [kind]: body,
        ...signature,
        ...wireFields(call.home),
      });
    },
    add: (call: Omit<CallPart, "args">, text: string): JsonObject | null =>
      delta(call.custom ? { custom: { input: text } } : { function: { arguments: text } }),
    sign: (value: string): JsonObject | null => (isLegacy ? null : delta(writeSignature(value))),
  };
}
