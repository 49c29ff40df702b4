import type { IrEvent } from "../../ir/answer.ts";
import type { CallPart, Opaque, Part } from "../../ir/part.ts";
import type { StreamEncoder } from "../codec.ts";
import type { JsonObject } from "../loose-json.ts";
import { NO_BYTES, sseFrame } from "../stream-facts.ts";
import type { EncodeContext } from "../types.ts";
import { encodeFinish, encodeUsage, isCut, isWhole } from "./answer-words.ts";
import { encodeAnswerPart, encodeHead } from "./encode-answer.ts";
import { encodeStreamError } from "./error.ts";
import { createGrounding } from "./grounding.ts";

type OpenPart = Extract<IrEvent, { type: "part-start" }>["part"];
type EndEvent = Extract<IrEvent, { type: "end" }>;

/** Frames of the event stream, or elements of the array that clients get who did not ask for one. */
export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  return new GeminiStreamEncoder(context);
}

class GeminiStreamEncoder implements StreamEncoder {
  private readonly context: EncodeContext;
  private readonly grounding = createGrounding();
  private isFirst = true;
  private isOver = false;
  private open: OpenPart | null = null;
  /** The open part as far as it was told: arguments are kept back until they are complete. */
  private chunks: string[] = [];
  private opaque: Opaque | undefined;
  /** A call that may have lost the end of its arguments; it waits until it is known that the answer was not cut there. */
  private call: CallPart | null = null;
  /** Bytes of text in the parts before. */
  private bytesBefore = 0;

  constructor(context: EncodeContext) {
    this.context = context;
  }

  push(event: IrEvent): Buffer {
    if (this.isOver) return NO_BYTES;
    switch (event.type) {
      case "start":
        return NO_BYTES;
      case "part-start":
        this.open = event.part;
        this.opaque = event.part.kind === "call" ? event.part.opaque : undefined;
        this.chunks = [];
        return this.flushCall();
      case "delta":
        return this.delta(event.text);
      case "citation":
        this.grounding.add(event.citation, this.chunks.join(""), { before: this.bytesBefore });
        return NO_BYTES;
      case "opaque":
        this.opaque = event.opaque;
        return NO_BYTES;
      case "part-end":
        return this.closePart();
      case "part":
        return Buffer.concat([this.flushCall(), this.part(event.part)]);
      case "end": {
        this.isOver = true;
        if (this.call && isCut(this.call, event.finish)) this.call = null;
        const call = this.flushCall();
        return Buffer.concat([call, this.end(event)]);
      }
      case "error":
        this.isOver = true;
        return encodeStreamError(event.error, { framing: this.context.framing, started: !this.isFirst });
    }
  }

  private delta(text: string): Buffer {
    if (this.open === null || text === "") return NO_BYTES;
    const { kind } = this.open;
    if (kind !== "thinking") this.chunks.push(text);
    return kind === "call" ? NO_BYTES : this.part({ kind, text });
  }

  private closePart(): Buffer {
    const { open, opaque, chunks } = this;
    this.open = null;
    if (open === null) return NO_BYTES;
    const signed = opaque ? { opaque } : {};
    if (open.kind === "call") {
      const call: CallPart = { ...open, ...signed, args: chunks.join("") };
      if (isWhole(call)) return this.part(call);
      this.call = call;
      return NO_BYTES;
    }
    if (open.kind !== "thinking") this.bytesBefore += Buffer.byteLength(chunks.join(""));
    // The signature of what was told already comes on a piece without text.
    return opaque ? this.part({ kind: open.kind, text: "", opaque }) : NO_BYTES;
  }

  private flushCall(): Buffer {
    const { call } = this;
    this.call = null;
    return call ? this.part(call) : NO_BYTES;
  }

  private part(part: Part): Buffer {
    const encoded = encodeAnswerPart(part);
    return encoded ? this.piece({ content: { parts: [encoded], role: "model" }, index: 0 }) : NO_BYTES;
  }

  private end({ finish, usage }: EndEvent): Buffer {
    const groundingMetadata = this.grounding.metadata();
    const candidate = {
      content: { parts: [{ text: "" }], role: "model" },
      finishReason: encodeFinish(finish),
      index: 0,
      ...(groundingMetadata ? { groundingMetadata } : {}),
    };
    const last = this.piece(candidate, usage ? { usageMetadata: encodeUsage(usage) } : {});
    return this.context.framing === "sse" ? last : Buffer.concat([last, Buffer.from("]")]);
  }

  private piece(candidate: JsonObject, more: JsonObject = {}): Buffer {
    const json = { candidates: [candidate], ...more, ...encodeHead(this.context) };
    const separator = this.isFirst ? "[" : ",\r\n";
    this.isFirst = false;
    return this.context.framing === "sse" ? sseFrame(json) : Buffer.from(separator + JSON.stringify(json));
  }
}
