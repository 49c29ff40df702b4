import type { AnswerEvent } from "../../ir/conversation.ts";
import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { NO_BYTES, noFacts, sseFrame } from "../stream-facts.ts";
import type { EncodeContext, FrameKind, StreamReader } from "../types.ts";
import { usageFromMessages } from "../usage.ts";
import { encodeHead, encodeUsage, stopReason } from "./response.ts";

export function createStreamReader(): StreamReader {
  const facts = noFacts();
  /** Counts are cumulative and may come in either event; the last one that is not null stands. */
  const usage: JsonObject = {};
  let hasEnded = false;

  const learnUsage = (said: unknown): void => {
    const found = Object.entries(asObject(said) ?? {}).filter(([, value]) => value !== null);
    if (found.length === 0) return;
    Object.assign(usage, Object.fromEntries(found));
    facts.usage = usageFromMessages(usage);
  };

  const read = (type: string, data: Buffer): FrameKind => {
    if (hasEnded) return "opening";
    switch (type) {
      case "message_start": {
        const message = asObject(parseObject(data)?.["message"]);
        facts.modelServed = asText(message?.["model"]) ?? facts.modelServed;
        learnUsage(message?.["usage"]);
        return "opening";
      }
      case "content_block_start":
      case "content_block_delta":
      case "content_block_stop":
        return "content";
      case "message_delta": {
        const json = parseObject(data);
        facts.finishReason = asText(asObject(json?.["delta"])?.["stop_reason"]) ?? facts.finishReason;
        learnUsage(json?.["usage"]);
        return "content";
      }
      case "message_stop":
        hasEnded = true;
        return "end";
      case "error":
        facts.error = decodeErrorObject(parseObject(data)?.["error"] ?? {});
        return "error";
      default:
        return "opening";
    }
  };

  return {
    facts,
    push(frame: SseFrame) {
      if (frame.data === null) return "opening";
      const type = frame.event ?? asText(parseObject(frame.data)?.["type"]);
      return type === null ? "opening" : read(type, frame.data);
    },
    end: () => hasEnded,
  };
}

export function createStreamEncoder(context: EncodeContext): { push(event: AnswerEvent): Buffer } {
  const frame = (type: string, fields: JsonObject): Buffer => sseFrame({ type, ...fields }, type);
  return {
    push(event) {
      switch (event.type) {
        case "start": {
          const usage = { ...encodeUsage(event.usage), output_tokens: 0 };
          return Buffer.concat([
            frame("message_start", { message: { ...encodeHead(context), usage } }),
            frame("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
            frame("ping", {}),
          ]);
        }
        case "text":
          return event.text === ""
            ? NO_BYTES
            : frame("content_block_delta", { index: 0, delta: { type: "text_delta", text: event.text } });
        case "end":
          return Buffer.concat([
            frame("content_block_stop", { index: 0 }),
            frame("message_delta", {
              delta: { stop_reason: stopReason(event.finish), stop_sequence: null },
              usage: encodeUsage(event.usage),
            }),
            frame("message_stop", {}),
          ]);
      }
    },
  };
}

/** The wire has an event for it, legal at any moment. */
export const keepAlive = (): Buffer => sseFrame({ type: "ping" }, "ping");
