import { answerEvents, type IrEvent } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Part } from "../../ir/part.ts";
import type { Usage } from "../../ir/usage.ts";
import type { StreamEncoder } from "../codec.ts";
import { NO_BYTES, sseFrame } from "../stream-facts.ts";
import type { EncodeContext } from "../types.ts";
import { createBlockWriter } from "./block-writer.ts";
import { encodeHead } from "./encode-answer.ts";
import { encodeUsage } from "./encode-usage.ts";
import { encodeStreamError } from "./error.ts";
import { stopDetails, stopReason } from "./stop-reason.ts";

export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  const blocks = createBlockWriter(context);
  let usage: Usage | null = null;
  let isOver = false;

  const write = (event: IrEvent): Buffer[] => {
    switch (event.type) {
      case "start":
        usage = event.usage;
        return [messageStart(context, usage)];
      case "part-start":
        return blocks.open(event.part);
      case "delta":
        return blocks.delta(event.text);
      case "citation":
        return blocks.citation(event.citation);
      case "opaque":
        return blocks.opaque(event.opaque);
      case "part-end":
        return blocks.close();
      case "part":
        return eventsOf(event.part)?.flatMap(write) ?? blocks.whole(event.part);
      case "end":
        isOver = true;
        return messageEnd({ ...event, usage: event.usage ?? usage });
      case "error":
        isOver = true;
        return [encodeStreamError(event.error, { requestId: String(context.exchangeId) })];
    }
  };
  return {
    push(event) {
      if (isOver) return NO_BYTES;
      const frames = write(event);
      return frames.length > 1 ? Buffer.concat(frames) : (frames[0] ?? NO_BYTES);
    },
    pieceFrame: () => (isOver ? null : blocks.pieceFrame()),
  };
}

/** A part that came in one piece as the events of one that did not; null for those that have no pieces. */
function eventsOf(part: Part): IrEvent[] | null {
  const answer = { id: null, model: null, parts: [part], finish: { reason: "stop", raw: null }, usage: null } as const;
  const events = [...answerEvents({ ...answer, parts: [part] })].slice(1, -1);
  return events.some((event) => event.type === "part") ? null : events;
}

function messageStart(context: EncodeContext, usage: Usage | null): Buffer {
  const open: JsonObject = { content: [], stop_reason: null, stop_sequence: null, stop_details: null };
  const message = { ...encodeHead(context), ...open, usage: encodeUsage(usage) };
  return sseFrame({ type: "message_start", message }, "message_start");
}

function messageEnd({ finish, usage, serviceTier }: Extract<IrEvent, { type: "end" }>): Buffer[] {
  const delta = {
    stop_reason: stopReason(finish),
    stop_sequence: finish.sequence ?? null,
    stop_details: stopDetails(finish),
  };
  return [
    sseFrame({ type: "message_delta", delta, usage: encodeUsage(usage, serviceTier) }, "message_delta"),
    sseFrame({ type: "message_stop" }, "message_stop"),
  ];
}
