/**
 * An answer, whole and as a stream.
 *
 * A stream of events keeps to one grammar, whatever the wire it came from:
 * `start (part-start delta* part-end | part)* (end | error)`. One part is open at a time; wires that interleave are put
 * in order by their decoder.
 */
import type { GatewayError } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import type { CallPart, Citation, Opaque, Part } from "./part.ts";
import type { ExtraCounts, Usage } from "./usage.ts";

export const FINISH_REASONS = [
  "stop",
  "stop_sequence",
  "length",
  "context",
  "tool_calls",
  "refusal",
  "filter",
  "paused",
  "error",
] as const;

export interface Finish {
  reason: (typeof FINISH_REASONS)[number];
  /** The stop sequence that was met. */
  sequence?: string;
  /** The provider's own word. */
  raw: string | null;
}

export interface IrAnswer {
  /** The provider's id of the answer. */
  id: string | null;
  /** The model that the provider reports. */
  model: string | null;
  parts: Part[];
  finish: Finish;
  /** Null when nobody reported any. */
  usage: Usage | null;
  serviceTier?: string;
  /** What was used beside tokens; left out where that is nothing. */
  counts?: ExtraCounts;
  /** Fields of the answer that only its own wire knows. */
  home?: JsonObject;
}

/** What is known of a part when it begins. */
export type OpenPart = { kind: "text" } | { kind: "refusal" } | { kind: "thinking" } | Omit<CallPart, "args">;

export type IrEvent =
  | { type: "start"; id: string | null; model: string | null; usage: Usage | null }
  | { type: "part-start"; part: OpenPart }
  /** More of the open part: its text, or the text of a call's arguments. */
  | { type: "delta"; text: string }
  | { type: "citation"; citation: Citation }
  /** The opaque state of the open part. */
  | { type: "opaque"; opaque: Opaque }
  | { type: "part-end" }
  /** A part that comes in one piece: an image, a redacted thought, a block of the provider's own. */
  | { type: "part"; part: Part }
  | { type: "end"; finish: Finish; usage: Usage | null; serviceTier?: string; counts?: ExtraCounts }
  | { type: "error"; error: GatewayError };

/** The answer as the events of a stream, one delta a part. */
export function* answerEvents(answer: IrAnswer): Generator<IrEvent> {
  yield { type: "start", id: answer.id, model: answer.model, usage: answer.usage };
  for (const part of answer.parts) yield* partEvents(part);
  yield {
    type: "end",
    finish: answer.finish,
    usage: answer.usage,
    ...(answer.serviceTier === undefined ? {} : { serviceTier: answer.serviceTier }),
    ...(answer.counts === undefined ? {} : { counts: answer.counts }),
  };
}

function* partEvents(part: Part): Generator<IrEvent> {
  if (part.kind === "text" || part.kind === "refusal" || (part.kind === "thinking" && !part.redacted)) {
    yield { type: "part-start", part: { kind: part.kind } };
    if (part.text !== "") yield { type: "delta", text: part.text };
    if (part.kind === "text") for (const citation of part.citations ?? []) yield { type: "citation", citation };
    if (part.opaque) yield { type: "opaque", opaque: part.opaque };
    yield { type: "part-end" };
  } else if (part.kind === "call") {
    const { args, ...open } = part;
    yield { type: "part-start", part: open };
    if (args !== "") yield { type: "delta", text: args };
    yield { type: "part-end" };
  } else yield { type: "part", part };
}

/** The answer that a whole stream amounts to; an error event is thrown. */
export function collectAnswer(events: Iterable<IrEvent>): IrAnswer {
  const collector = createCollector();
  for (const event of events) collector.push(event);
  return collector.answer();
}

/** Builds the answer while its events go by. */
export function createCollector(): { push(event: IrEvent): void; answer(): IrAnswer } {
  const answer: IrAnswer = { id: null, model: null, parts: [], finish: { reason: "error", raw: null }, usage: null };
  let open: Part | null = null;
  let chunks: string[] = [];
  return {
    push(event) {
      switch (event.type) {
        case "start":
          answer.id = event.id;
          answer.model = event.model;
          answer.usage = event.usage;
          return;
        case "part-start":
          open = event.part.kind === "call" ? { ...event.part, args: "" } : { ...event.part, text: "" };
          answer.parts.push(open);
          chunks = [];
          return;
        case "delta":
          chunks.push(event.text);
          return;
        case "citation":
          if (open?.kind === "text") open.citations = [...(open.citations ?? []), event.citation];
          return;
        case "opaque":
          if (open) open.opaque = event.opaque;
          return;
        case "part-end":
          if (open?.kind === "call") open.args = chunks.join("");
          else if (open && "text" in open) open.text = chunks.join("");
          open = null;
          return;
        case "part":
          answer.parts.push(event.part);
          return;
        case "end":
          answer.finish = event.finish;
          answer.usage = event.usage ?? answer.usage;
          if (event.serviceTier !== undefined) answer.serviceTier = event.serviceTier;
          if (event.counts !== undefined) answer.counts = event.counts;
          return;
        case "error":
          throw event.error;
      }
    },
    answer: () => answer,
  };
}
