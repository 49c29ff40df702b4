import { createItemCounter } from "../extra-usage.ts";
import { asArray, asObject, asText, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { BLANK_LINE, noFacts, sseFrame } from "../stream-facts.ts";
import type { FrameKind, StreamReader } from "../types.ts";
import { factsOf } from "./response.ts";

const TERMINAL = new Set(["response.completed", "response.incomplete", "response.failed"]);
const OPENING = new Set(["response.created", "response.in_progress", "response.queued", "keepalive"]);
const TYPE_KEY = Buffer.from('"type"');
/** Few items are worth a closer look: searches are paid for one by one. */
const SEARCH = Buffer.from('_search_call"');

export function createStreamReader(): StreamReader {
  const facts = noFacts();
  const items = createItemCounter();
  let hasEnded = false;

  const read = (type: string, data: Buffer): FrameKind => {
    if (hasEnded) return "opening";
    // Everything but the frame's own kind stands in the first and the last event.
    if (!TERMINAL.has(type) && !OPENING.has(type) && type !== "error") {
      if (type === "response.output_item.done" && data.includes(SEARCH)) {
        items.push(parseObject(data));
        facts.counts = items.counts();
      }
      return "content";
    }
    const json = parseObject(data);
    if (type === "error") {
      facts.error = decodeErrorObject(asObject(json?.["error"]) ?? json);
      return "error";
    }
    const response = asObject(json?.["response"]) ?? {};
    const { error, ...found } = factsOf(response);
    Object.assign(facts, found);
    if (!TERMINAL.has(type)) return "opening";
    facts.counts = items.counts(asArray(response["output"]));
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

/**
 * Before `response.created` the SDKs take no event but that one, so a blank line has to do; afterwards an event, because
 * Codex counts nothing else as a sign of life.
 */
export function keepAlive(state: { started: boolean }): Buffer {
  return state.started ? sseFrame({ type: "keepalive" }, "keepalive") : BLANK_LINE;
}
