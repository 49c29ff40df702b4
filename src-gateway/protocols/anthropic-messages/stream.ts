import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { noFacts, sseFrame } from "../stream-facts.ts";
import type { FrameKind, StreamReader } from "../types.ts";
import { metered } from "./response.ts";

export function createStreamReader(): StreamReader {
  const facts = noFacts();
  /** Counts are cumulative and may come in either event; the last one that is not null stands. */
  const usage: JsonObject = {};
  let hasEnded = false;

  const learnUsage = (said: unknown): void => {
    const found = Object.entries(asObject(said) ?? {}).filter(([, value]) => value !== null);
    if (found.length === 0) return;
    Object.assign(usage, Object.fromEntries(found));
    Object.assign(facts, metered(usage));
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

/** The wire has an event for it, legal at any moment. */
export const keepAlive = (): Buffer => sseFrame({ type: "ping" }, "ping");
