/**
 * Puts the pieces of a stream in order. A provider may mix the pieces of several calls; the neutral stream has one part
 * open at a time. So the first part is live, and what follows waits until the first is surely complete.
 */
import type { IrEvent } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Citation, Part } from "../../ir/part.ts";

export interface StreamedCall {
  kind: "call";
  id: string;
  name: string;
  custom: boolean;
  /** It will never have an id, so nobody need wait for one. */
  isIdless: boolean;
  args: string;
  signature: string | null;
  home: JsonObject;
  isClosed: boolean;
}

interface StreamedText {
  kind: "text" | "thinking" | "refusal";
  unsent: string;
  citations: Citation[];
}

interface WholePart {
  kind: "whole";
  part: Part;
}

export interface PartQueue {
  addText(kind: StreamedText["kind"], text: string): void;
  /** For the text that came last; one that belongs to no text is lost. */
  addCitation(citation: Citation): void;
  addCall(call: StreamedCall): void;
  addPart(part: Part): void;
  /** What may go out now; with `isOver` all of it. */
  drain(isOver: boolean): IrEvent[];
  /** Ends the open part, and drops what waits behind it. */
  abort(): IrEvent[];
  kinds: ReadonlySet<Part["kind"]>;
}

export function createPartQueue(): PartQueue {
  const waiting: (StreamedText | StreamedCall | WholePart)[] = [];
  const kinds = new Set<Part["kind"]>();
  // Of the part in front.
  let isOpen = false;
  let sentArgs = 0;
  let sentSignature = false;

  const leave = (events: IrEvent[]): void => {
    if (isOpen) events.push({ type: "part-end" });
    waiting.shift();
    isOpen = false;
    sentArgs = 0;
    sentSignature = false;
  };
  /** True when the part in front is through. */
  const sendText = (item: StreamedText, events: IrEvent[], isOver: boolean): boolean => {
    if (!isOpen) events.push({ type: "part-start", part: { kind: item.kind } });
    isOpen = true;
    if (item.unsent !== "") events.push({ type: "delta", text: item.unsent });
    item.unsent = "";
    for (const citation of item.citations.splice(0)) events.push({ type: "citation", citation });
    return isOver || waiting.length > 1;
  };
  const sendCall = (call: StreamedCall, events: IrEvent[], isOver: boolean): boolean => {
    const isDone = isOver || call.isClosed;
    if (!isOpen) {
      // A call that never got a name cannot be made.
      if (call.name === "") return isDone;
      if (call.id === "" && !call.isIdless && !isDone) return false;
      events.push({ type: "part-start", part: openCall(call) });
      isOpen = true;
      sentSignature = call.signature !== null;
    }
    if (call.args.length > sentArgs) events.push({ type: "delta", text: call.args.slice(sentArgs) });
    sentArgs = call.args.length;
    if (call.signature !== null && !sentSignature) {
      events.push({ type: "opaque", opaque: { wire: "openai-chat", value: call.signature } });
      sentSignature = true;
    }
    return isDone;
  };

  /** Something else begins: calls that are whole are over. Others may go on, and what begins waits for them. */
  const closeWholeCalls = (): void => {
    const calls = waiting.filter((item) => item.kind === "call");
    if (calls.every(isWhole)) for (const call of calls) call.isClosed = true;
  };

  return {
    kinds,
    addText(kind, text) {
      const last = waiting.at(-1);
      if (last?.kind === kind) {
        last.unsent += text;
        return;
      }
      closeWholeCalls();
      kinds.add(kind);
      waiting.push({ kind, unsent: text, citations: [] });
    },
    addCitation(citation) {
      waiting.findLast((item): item is StreamedText => item.kind === "text")?.citations.push(citation);
    },
    addCall(call) {
      waiting.push(call);
    },
    addPart(part) {
      closeWholeCalls();
      kinds.add(part.kind);
      waiting.push({ kind: "whole", part });
    },
    drain(isOver) {
      const events: IrEvent[] = [];
      for (let item = waiting[0]; item; item = waiting[0]) {
        if (item.kind === "whole") events.push({ type: "part", part: item.part });
        else if (item.kind === "call") {
          if (item.name !== "") kinds.add("call");
          if (!sendCall(item, events, isOver)) break;
        } else if (!sendText(item, events, isOver)) break;
        leave(events);
      }
      return events;
    },
    abort() {
      const wasOpen = isOpen;
      waiting.length = 0;
      isOpen = false;
      return wasOpen ? [{ type: "part-end" }] : [];
    },
  };
}

const openCall = (call: StreamedCall): (IrEvent & { type: "part-start" })["part"] => ({
  kind: "call",
  id: call.id,
  name: call.name,
  ...(call.custom ? { custom: true } : {}),
  ...(call.signature === null ? {} : { opaque: { wire: "openai-chat", value: call.signature } }),
  ...(Object.keys(call.home).length === 0 ? {} : { home: call.home }),
});

/** Free text has no end of its own. */
const isWhole = (call: StreamedCall): boolean => call.name !== "" && !call.custom && isJsonObject(call.args);

export function isJsonObject(text: string): boolean {
  if (!/\}\s*$/.test(text.slice(-16))) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
