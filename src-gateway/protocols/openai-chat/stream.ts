import { asArray, asObject, asText, type JsonObject, mayHold, parseObject } from "../loose-json.ts";
import { createSameButText } from "../same-but-text.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { BLANK_LINE, noFacts, sseFrame } from "../stream-facts.ts";
import type { FrameKind, StreamReader } from "../types.ts";
import { factsOf } from "./response.ts";

const DONE = Buffer.from("[DONE]");
/** Keys that a chunk in the middle of the answer must be parsed for. */
const TELLING = ['"usage"', '"finish_reason"', '"error"', '"base_resp"'].map((key) => Buffer.from(key));

export function createStreamReader(): StreamReader {
  const facts = noFacts();
  let sawContent = false;
  let isDone = false;
  const quiet = createSameButText('"content":"');

  const read = (data: Buffer): FrameKind => {
    if (isDone) return "opening";
    if (data.equals(DONE)) {
      isDone = true;
      return "end";
    }
    // Once content flows, most chunks are nothing but more of it.
    if (sawContent) {
      if (quiet.fits(data)) return "content";
      if (!TELLING.some((key) => mayHold(data, key))) {
        quiet.learn(data);
        return "content";
      }
    }
    const json = parseObject(data);
    if (json === null) return sawContent ? "content" : "opening";
    const { modelServed, ...found } = factsOf(json);
    Object.assign(facts, found);
    facts.modelServed ??= modelServed ?? null;
    if (found.error) return "error";
    const choices = asArray(json["choices"]).map(asObject);
    if (choices.length === 0) return asObject(json["usage"]) ? "usage-only" : "opening";
    if (choices.some(hasContent)) sawContent = true;
    return sawContent ? "content" : "opening";
  };

  return {
    facts,
    push: (frame: SseFrame) => (frame.data === null ? "opening" : read(frame.data)),
    end: () => isDone || facts.finishReason !== null,
  };
}

/** A role alone opens the answer; everything else in a delta is a piece of it. */
function hasContent(choice: JsonObject | null): boolean {
  if (!choice) return false;
  if (asText(choice["finish_reason"]) || asText(choice["text"])) return true;
  const delta = asObject(choice["delta"]) ?? asObject(choice["message"]);
  if (!delta) return false;
  return Object.entries(delta).some(
    ([name, value]) => name !== "role" && value !== null && value !== "" && !isEmptyList(value),
  );
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Before the first chunk a blank line, which every reader skips; afterwards a chunk that adds nothing, which also resets idle timers. */
export function keepAlive(state: { started: boolean; model: string }): Buffer {
  if (!state.started) return BLANK_LINE;
  return sseFrame({
    id: "keepalive",
    object: "chat.completion.chunk",
    created: 0,
    model: state.model,
    choices: [{ index: 0, delta: {}, finish_reason: null }],
  });
}
