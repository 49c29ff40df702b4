/**
 * Listens to an answer on its way through, for usage and for errors inside a stream. It holds little: a whole JSON answer
 * up to a limit, otherwise the last bytes alone, pictures never, and one frame at a time where the stream is a conversation.
 */
import { isUtf8 } from "node:buffer";
import type { Surface, WireProtocol } from "../../ir/protocol.ts";
import { type ExtraCounts, NO_USAGE, type Usage } from "../../ir/usage.ts";
import { asObject, asText, type JsonObject, parseObject } from "../../protocols/loose-json.ts";
import { decodeErrorObject } from "../../protocols/provider-error.ts";
import { createSseSplitter } from "../../protocols/sse/splitter.ts";
import { noFacts } from "../../protocols/stream-facts.ts";
import type { AnswerFacts } from "../../protocols/types.ts";
import { WIRES } from "../../protocols/wires.ts";
import { LeanJson } from "./lean-json.ts";
import { countsOfAnswer, lastCounts, lastUsage, usageOfAnswer } from "./read-usage.ts";

const WHOLE_BYTES = 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

export interface AnswerTap {
  push(chunk: Buffer): void;
  /** `complete`: false when the answer is of a kind that says when it is, and it did not. */
  finish(): { facts: AnswerFacts; complete: boolean };
}

const CONVERSATION: ReadonlySet<Surface> = new Set<Surface>([
  "chat",
  "completions",
  "responses",
  "messages",
  "gemini",
  "embeddings",
  "gemini-embeddings",
  "messages-count-tokens",
  "gemini-count-tokens",
]);

export function createAnswerTap(options: { surface: Surface; wire: WireProtocol; contentType: string }): AnswerTap {
  const { surface, wire } = options;
  const isStream = /\bevent-stream\b/.test(options.contentType);
  if (isStream && CONVERSATION.has(surface)) return frameTap(surface, wire);
  if (!isStream && !/\bjson\b/.test(options.contentType)) return NO_TAP;
  if (!isStream && surface === "images") return pictureTap();
  return byteTap(isStream ? TAIL_BYTES : WHOLE_BYTES, (bytes, isWhole) => {
    if (isStream) return streamFacts(bytes);
    if (!isWhole) return tailFacts(bytes);
    return CONVERSATION.has(surface) ? WIRES[wire].readAnswer(bytes, surface) : answerFacts(bytes, surface);
  });
}

const NO_TAP: AnswerTap = { push: () => {}, finish: () => ({ facts: noFacts(), complete: true }) };

function frameTap(surface: Surface, wire: WireProtocol): AnswerTap {
  const reader = WIRES[wire].createStreamReader(surface);
  const splitter = createSseSplitter();
  let isReadable = true;
  let sawError = false;
  const take = (frames: ReturnType<typeof splitter.push>): void => {
    for (const frame of frames) if (reader.push(frame) === "error") sawError = true;
  };
  const guarded = (step: () => void): void => {
    if (!isReadable) return;
    try {
      step();
    } catch {
      // What cannot be read is not metered; the client gets its bytes all the same.
      isReadable = false;
    }
  };
  return {
    push: (chunk) => guarded(() => take(splitter.push(chunk))),
    finish() {
      guarded(() => take(splitter.finish()));
      return { facts: reader.facts, complete: !isReadable || sawError || reader.end() };
    },
  };
}

/** Pictures are counted, which takes nothing of what they show. */
function pictureTap(): AnswerTap {
  const lean = new LeanJson();
  const tail = byteTap(TAIL_BYTES, tailFacts);
  return {
    push(chunk) {
      tail.push(chunk);
      if (lean.length <= WHOLE_BYTES) lean.push(chunk);
    },
    finish: () =>
      lean.length > WHOLE_BYTES ? tail.finish() : { facts: answerFacts(lean.bytes(), "images"), complete: true },
  };
}

/** Keeps everything up to `limit`, and beyond it the last bytes. */
function byteTap(limit: number, read: (bytes: Buffer, isWhole: boolean) => AnswerFacts): AnswerTap {
  let chunks: Buffer[] = [];
  let held = 0;
  let isWhole = true;
  const keep = (most: number): void => {
    let first = chunks[0];
    while (first && held - first.length >= most) {
      chunks.shift();
      held -= first.length;
      first = chunks[0];
    }
  };
  return {
    push(chunk) {
      chunks.push(chunk);
      held += chunk.length;
      if (isWhole && held <= limit) return;
      isWhole = false;
      keep(TAIL_BYTES);
    },
    finish() {
      const bytes = Buffer.concat(chunks, held);
      chunks = [];
      return { facts: read(isWhole ? bytes : bytes.subarray(-TAIL_BYTES), isWhole), complete: true };
    },
  };
}

function answerFacts(bytes: Buffer, surface: Surface): AnswerFacts {
  const answer = isUtf8(bytes) ? parseObject(bytes) : null;
  if (!answer) return noFacts();
  const facts = { ...noFacts(), modelServed: asText(answer["model"]) };
  return { ...facts, ...metered(usageOfAnswer(answer), countsOfAnswer(answer, surface)) };
}

const tailFacts = (tail: Buffer): AnswerFacts => ({ ...noFacts(), ...metered(lastUsage(tail), lastCounts(tail)) });

/** Whoever counts something else is not paid for tokens. */
const metered = (usage: Usage | null, counts: ExtraCounts | null): Pick<AnswerFacts, "usage" | "counts"> => ({
  usage: usage ?? (counts && { ...NO_USAGE }),
  counts,
});

/** The last event of a stream says how it ended. */
function streamFacts(tail: Buffer): AnswerFacts {
  const last = lastEvent(tail);
  const error = last ? errorIn(last) : null;
  return { ...tailFacts(tail), error: error === null ? null : decodeErrorObject(error) };
}

function lastEvent(tail: Buffer): JsonObject | null {
  const lines = tail.toString("utf8").split(/\r\n|\n|\r/);
  const data = lines.findLast((line) => line.startsWith("data:") && !/^data: ?\[DONE\]/.test(line));
  return data === undefined ? null : parseObject(Buffer.from(data.slice(5)));
}

function errorIn(event: JsonObject): unknown {
  if (asObject(event["error"])) return event["error"];
  return event["type"] === "error" ? event : null;
}
