import type { AnswerEvent } from "../../ir/conversation.ts";
import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { BLANK_LINE, NO_BYTES, noFacts, sseFrame } from "../stream-facts.ts";
import type { EncodeContext, FrameKind, StreamReader } from "../types.ts";
import { encodeMessage, encodeResponse, encodeText, factsOf, messageId } from "./response.ts";

const TERMINAL = new Set(["response.completed", "response.incomplete", "response.failed"]);
const OPENING = new Set(["response.created", "response.in_progress", "response.queued", "keepalive"]);
const TYPE_KEY = Buffer.from('"type"');

export function createStreamReader(): StreamReader {
  const facts = noFacts();
  let hasEnded = false;

  const read = (type: string, data: Buffer): FrameKind => {
    if (hasEnded) return "opening";
    // Everything but the frame's own kind stands in the first and the last event.
    if (!TERMINAL.has(type) && !OPENING.has(type) && type !== "error") return "content";
    const json = parseObject(data);
    if (type === "error") {
      facts.error = decodeErrorObject(asObject(json?.["error"]) ?? json);
      return "error";
    }
    const { error, ...found } = factsOf(asObject(json?.["response"]) ?? {});
    Object.assign(facts, found);
    if (!TERMINAL.has(type)) return "opening";
    hasEnded = true;
    if (type !== "response.failed") return "end";
    facts.error = error ?? decodeErrorObject({ message: "The response failed without a reason." });
    return "error";
  };

  return {
    facts,
    push(frame: SseFrame) {
      if (frame.data === null) return "opening";
      // Compatible servers do not always send event names.
      const type = frame.event ?? typeOf(frame.data);
      return type === null ? "opening" : read(type, frame.data);
    },
    end: () => hasEnded,
  };
}

/** The `type` of an event is its first key nearly always; only where it is not is the whole event parsed. */
function typeOf(data: Buffer): string | null {
  const at = data.indexOf(TYPE_KEY);
  if (at < 0) return null;
  const first = /^\{\s*"type"\s*:\s*"([^"\\]+)"/.exec(data.toString("latin1", 0, Math.min(data.length, 200)));
  return first?.[1] ?? asText(parseObject(data)?.["type"]);
}

export function createStreamEncoder(context: EncodeContext): { push(event: AnswerEvent): Buffer } {
  let sequence = 0;
  const frame = (type: string, fields: JsonObject): Buffer =>
    sseFrame({ type, sequence_number: sequence++, ...fields }, type);
  const place = { item_id: messageId(context), output_index: 0, content_index: 0 };
  return {
    push(event) {
      switch (event.type) {
        case "start":
          return Buffer.concat([
            frame("response.created", { response: encodeResponse(context, null) }),
            frame("response.in_progress", { response: encodeResponse(context, null) }),
            frame("response.output_item.added", { output_index: 0, item: encodeMessage(context, null, "in_progress") }),
            frame("response.content_part.added", { ...place, part: encodeText("") }),
          ]);
        case "text":
          return event.text === ""
            ? NO_BYTES
            : frame("response.output_text.delta", { ...place, delta: event.text, logprobs: [] });
        case "end": {
          const { text, finish, usage } = event;
          const type = finish === "length" ? "response.incomplete" : "response.completed";
          return Buffer.concat([
            frame("response.output_text.done", { ...place, text, logprobs: [] }),
            frame("response.content_part.done", { ...place, part: encodeText(text) }),
            frame("response.output_item.done", { output_index: 0, item: encodeMessage(context, text, "completed") }),
            frame(type, { response: encodeResponse(context, { text, finish, usage }) }),
          ]);
        }
      }
    },
  };
}

/**
 * Before `response.created` the SDKs take no event but that one, so a blank line has to do; afterwards an event, because
 * Codex counts nothing else as a sign of life.
 */
export function keepAlive(state: { started: boolean }): Buffer {
  return state.started ? sseFrame({ type: "keepalive" }, "keepalive") : BLANK_LINE;
}
