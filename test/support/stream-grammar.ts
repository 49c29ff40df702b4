/**
 * Holds events to the grammar of `ir/answer.ts`: one start, one part open at a time, deltas only inside of it, and one end.
 * Every test that reads a stream can ask; the answer is a sentence, so that a failure says what was wrong and where.
 */
import { FINISH_REASONS, type IrEvent } from "../../src-gateway/ir/answer.ts";
import { GatewayError } from "../../src-gateway/ir/errors.ts";
import { NO_USAGE, type Usage } from "../../src-gateway/ir/usage.ts";

/** Parts that come as `part-start`, deltas and `part-end`, and never as one whole `part`. */
const IN_PIECES = new Set(["text", "refusal", "thinking", "call"]);

/** Null for a complete stream that keeps to the grammar; otherwise what is wrong, with the number of the event. */
export function grammarFault(events: readonly IrEvent[]): string | null {
  let open: string | null = null;
  for (const [at, event] of events.entries()) {
    const fault = (what: string): string => `event ${at} (${event.type}): ${what}`;
    if ((at === 0) !== (event.type === "start")) return fault(at === 0 ? "is no start" : "is a second start");
    if (at < events.length - 1 && isLast(event)) return fault("has something behind it");
    switch (event.type) {
      case "start":
        break;
      case "part-start":
        if (open !== null) return fault(`a part of the kind "${open}" is still open`);
        if (!IN_PIECES.has(event.part.kind)) return fault(`a part of the kind "${event.part.kind}" has no pieces`);
        if (event.part.kind === "call" && event.part.name === "") return fault("a call without a name");
        open = event.part.kind;
        break;
      case "delta":
        if (open === null) return fault("no part is open");
        if (event.text === "") return fault("says nothing");
        break;
      case "citation":
        if (open !== "text") return fault(`belongs to a text, and not to ${open ?? "nothing"}`);
        break;
      case "opaque":
        if (open === null) return fault("no part is open");
        break;
      case "part-end":
        if (open === null) return fault("no part is open");
        open = null;
        break;
      case "part":
        if (open !== null) return fault(`a part of the kind "${open}" is still open`);
        if (IN_PIECES.has(event.part.kind) && !("redacted" in event.part)) return fault("comes in one piece");
        break;
      default:
        if (open !== null) return fault(`a part of the kind "${open}" is still open`);
    }
    const wrong = badContent(event);
    if (wrong !== null) return fault(wrong);
  }
  const last = events.at(-1);
  return last && isLast(last) ? null : `the stream of ${events.length} events has no end`;
}

/** The same for a stream that goes on: everything but its end. */
export const openGrammarFault = (events: readonly IrEvent[]): string | null =>
  events.length === 0 ? null : grammarFault([...events, ...closing(events)]);

/** What would end the stream here. */
function closing(events: readonly IrEvent[]): IrEvent[] {
  const last = events.at(-1);
  if (last && isLast(last)) return [];
  const border = events.findLast((event) => event.type === "part-start" || event.type === "part-end");
  const end: IrEvent = { type: "end", finish: { reason: "stop", raw: null }, usage: null };
  return border?.type === "part-start" ? [{ type: "part-end" }, end] : [end];
}

const isLast = (event: IrEvent): boolean => event.type === "end" || event.type === "error";

function badContent(event: IrEvent): string | null {
  if (event.type === "error") return event.error instanceof GatewayError ? null : "is no GatewayError";
  if (event.type === "start") return badUsage(event.usage);
  if (event.type !== "end") return null;
  if (!FINISH_REASONS.includes(event.finish.reason)) return `the finish "${event.finish.reason}" is unknown`;
  return badUsage(event.usage);
}

function badUsage(usage: Usage | null): string | null {
  if (usage === null) return null;
  const buckets = Object.keys(NO_USAGE) as (keyof Usage)[];
  const bad = buckets.find((bucket) => !Number.isSafeInteger(usage[bucket]) || usage[bucket] < 0);
  if (bad !== undefined) return `${bad} is ${String(usage[bad])}`;
  return usage.reasoning > usage.output ? "there is more reasoning than output" : null;
}
