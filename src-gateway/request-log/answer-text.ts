/** What an answer says, put together from its frames: for the search, for comparing two of them, and to look for secrets. */
import type { IrEvent } from "../ir/answer.ts";
import type { Part } from "../ir/part.ts";
import { type Surface, WIRE_OF_SURFACE } from "../ir/protocol.ts";
import { createSseSplitter, type SseFrame } from "../protocols/sse/splitter.ts";
import { WIRES } from "../protocols/wires.ts";

const GENERATING: ReadonlySet<Surface> = new Set(["chat", "responses", "messages", "gemini"]);

export const isGenerating = (surface: Surface): boolean => GENERATING.has(surface);

/** Thoughts, text and calls, each as a paragraph. The bytes as text where the wire is not known. Never throws. */
export function answerText(bytes: Buffer, surface: Surface): string {
  if (!isGenerating(surface)) return bytes.toString("utf8");
  const wire = WIRES[WIRE_OF_SURFACE[surface]];
  try {
    const text = bytes.toString("utf8");
    if (text.trimStart().startsWith("{")) return partsText(wire.decodeAnswer(JSON.parse(text)).parts);
    const decoder = wire.createStreamDecoder();
    const events = framesOf(bytes, text).flatMap((frame) => decoder.push(frame));
    return eventsText([...events, ...decoder.end()]);
  } catch {
    // An error, or an answer that was cut off: what it says stands in it as it is.
    return bytes.toString("utf8");
  }
}

/** The frames of a stream, or of the array that Gemini sends when it is not asked for one. */
export function framesOf(bytes: Buffer, text: string): SseFrame[] {
  if (text.trimStart().startsWith("[")) {
    const items = JSON.parse(text) as unknown[];
    return items.map((item) => ({ raw: bytes, event: null, data: Buffer.from(JSON.stringify(item)) }));
  }
  const splitter = createSseSplitter();
  return [...splitter.push(bytes), ...splitter.finish()];
}

function eventsText(events: readonly IrEvent[]): string {
  const paragraphs: string[] = [];
  let open: string | null = null;
  for (const event of events) {
    if (event.type === "part-start") open = event.part.kind === "call" ? `${event.part.name} ` : "";
    else if (event.type === "delta") open = (open ?? "") + event.text;
    else if (event.type === "part") paragraphs.push(partsText([event.part]));
    else if (event.type === "error") paragraphs.push(event.error.message);
    if (open !== null && (event.type === "part-end" || event.type === "error")) {
      paragraphs.push(open);
      open = null;
    }
  }
  if (open !== null) paragraphs.push(open);
  return paragraphs.filter((text) => text !== "").join("\n\n");
}

const partsText = (parts: readonly Part[]): string =>
  parts
    .map((part) => (part.kind === "call" ? `${part.name} ${part.args}` : "text" in part ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n\n");
