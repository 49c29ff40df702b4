import { answerEvents, type IrEvent } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Opaque, Part } from "../../ir/part.ts";
import type { Usage } from "../../ir/usage.ts";
import type { StreamEncoder } from "../codec.ts";
import { NO_BYTES, sseFrame } from "../stream-facts.ts";
import type { EncodeContext } from "../types.ts";
import { encodeCitation } from "./citations.ts";
import { encodeBlock, encodeHead } from "./encode-answer.ts";
import { encodeUsage } from "./encode-usage.ts";
import { encodeStreamError } from "./error.ts";
import { isObject } from "./home.ts";
import { stopDetails, stopReason } from "./stop-reason.ts";

type StartedPart = Extract<IrEvent, { type: "part-start" }>["part"];

interface OpenBlock {
  part: StartedPart;
  /** A block begins with its first piece: one without any is not written, since clients send it back and it is refused. */
  hasBegun: boolean;
  opaque: Opaque | null;
}

export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  let index = 0;
  let open: OpenBlock | null = null;
  let usage: Usage | null = null;
  let isOver = false;

  const frame = (type: string, fields: JsonObject): Buffer => sseFrame({ type, ...fields }, type);
  const delta = (type: string, fields: JsonObject): Buffer =>
    frame("content_block_delta", { index, delta: { type, ...fields } });
  const begin = (block: OpenBlock): Buffer => {
    if (block.hasBegun) return NO_BYTES;
    block.hasBegun = true;
    return frame("content_block_start", { index, content_block: startingBlock(block.part, context, index) });
  };
  const close = (block: OpenBlock): Buffer[] => {
    // A signature alone is worth a block: the client has to bring it back.
    const frames = block.part.kind === "thinking" && block.opaque ? [begin(block)] : [];
    if (!block.hasBegun) return [];
    if (block.part.kind === "thinking") frames.push(delta("signature_delta", { signature: block.opaque?.value ?? "" }));
    frames.push(frame("content_block_stop", { index }));
    index++;
    return frames;
  };

  const whole = (part: Part): Buffer[] => {
    if (part.kind !== "native" && !(part.kind === "thinking" && part.redacted)) {
      return [...answerEvents(answerOf(part))]
        .slice(1, -1)
        .flatMap((event) => (event.type === "part" ? [] : write(event)));
    }
    const block = encodeBlock(part, context, { at: index, isOwn: false });
    if (!block) return [];
    // Clients put the input of a call together from its deltas.
    const input = part.kind === "native" && isObject(block["input"]) ? block["input"] : null;
    const frames = [frame("content_block_start", { index, content_block: input ? { ...block, input: {} } : block })];
    if (input) frames.push(delta("input_json_delta", { partial_json: JSON.stringify(input) }));
    frames.push(frame("content_block_stop", { index }));
    index++;
    return frames;
  };

  const write = (event: IrEvent): Buffer[] => {
    switch (event.type) {
      case "start":
        usage = event.usage;
        return [frame("message_start", { message: messageStart(context, usage) })];
      case "part-start":
        open = { part: event.part, hasBegun: false, opaque: null };
        return event.part.kind === "call" ? [begin(open)] : [];
      case "delta":
        return open && event.text !== "" ? [begin(open), pieceOf(open.part, event.text)] : [];
      case "citation": {
        const citation = encodeCitation(event.citation);
        return open?.part.kind === "text" && citation ? [begin(open), delta("citations_delta", { citation })] : [];
      }
      case "opaque":
        if (open) open.opaque = event.opaque;
        return [];
      case "part-end": {
        const frames = open ? close(open) : [];
        open = null;
        return frames;
      }
      case "part":
        return whole(event.part);
      case "end":
        isOver = true;
        return endFrames(event);
      case "error":
        isOver = true;
        return [encodeStreamError(event.error, { requestId: String(context.exchangeId) })];
    }
  };
  const pieceOf = (part: StartedPart, text: string): Buffer => {
    if (part.kind === "call") return delta("input_json_delta", { partial_json: text });
    return part.kind === "thinking" ? delta("thinking_delta", { thinking: text }) : delta("text_delta", { text });
  };
  const endFrames = ({ finish, ...event }: Extract<IrEvent, { type: "end" }>): Buffer[] => [
    frame("message_delta", {
      delta: {
        stop_reason: stopReason(finish),
        stop_sequence: finish.sequence ?? null,
        stop_details: stopDetails(finish),
      },
      usage: encodeUsage(event.usage ?? usage, event.serviceTier),
    }),
    frame("message_stop", {}),
  ];

  return { push: (event) => (isOver ? NO_BYTES : Buffer.concat(write(event))) };
}

const messageStart = (context: EncodeContext, usage: Usage | null): JsonObject => ({
  ...encodeHead(context),
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  usage: encodeUsage(usage),
});

function startingBlock(part: StartedPart, context: EncodeContext, index: number): JsonObject {
  if (part.kind === "thinking") return { type: "thinking", thinking: "", signature: "" };
  if (part.kind !== "call") return { type: "text", text: "" };
  const block = encodeBlock({ ...part, args: "" }, context, { at: index, isOwn: false });
  return { ...block, input: {} };
}

const answerOf = (part: Part) => ({
  id: null,
  model: null,
  parts: [part],
  finish: { reason: "stop", raw: null } as const,
  usage: null,
});
