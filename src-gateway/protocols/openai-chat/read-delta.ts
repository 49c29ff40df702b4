/** What one chunk adds to the answer. */
import type { JsonObject } from "../../ir/json.ts";
import { asArray, asObject, asText } from "../loose-json.ts";
import { createCallFragments } from "./call-fragments.ts";
import { thinkingOfDetails } from "./chat-message.ts";
import { decodeCitation } from "./citations.ts";
import { decodeAnswerImage } from "./decode-answer.ts";
import { AUDIO_TYPE } from "./message-calls.ts";
import type { PartQueue } from "./part-queue.ts";
import { decodeContent } from "./parts.ts";

export interface DeltaReader {
  push(choice: JsonObject): void;
  /** The stream is complete: hands over what is only known as a whole. */
  end(): void;
}

export function createDeltaReader(queue: PartQueue): DeltaReader {
  const calls = createCallFragments(queue);
  let audio: JsonObject | null = null;
  const addTexts = (delta: JsonObject): void => {
    // Some servers say the same thinking under two names.
    const thinking =
      asText(delta["reasoning_content"]) ?? asText(delta["reasoning"]) ?? thinkingOfDetails(delta["reasoning_details"]);
    if (thinking !== "") queue.addText("thinking", thinking);
    addContent(queue, delta["content"]);
    const refusal = asText(delta["refusal"]);
    if (refusal !== null) queue.addText("refusal", refusal);
  };
  return {
    push(choice) {
      const text = asText(choice["text"]);
      if (text !== null) queue.addText("text", text);
      const delta = asObject(choice["delta"]) ?? asObject(choice["message"]);
      if (!delta) return;
      addTexts(delta);
      for (const entry of asArray(delta["images"])) {
        const image = decodeAnswerImage(entry);
        if (image) queue.addPart(image);
      }
      const legacy = asObject(delta["function_call"]);
      if (legacy) calls.pushLegacy(legacy);
      for (const entry of asArray(delta["tool_calls"])) {
        const fragment = asObject(entry);
        if (fragment) calls.push(fragment);
      }
      for (const entry of asArray(delta["annotations"])) {
        const citation = decodeCitation(asObject(entry) ?? {});
        if (citation) queue.addCitation(citation);
      }
      const sound = asObject(delta["audio"]);
      if (sound) audio = joinAudio(audio, sound);
    },
    end() {
      if (audio) queue.addPart({ kind: "native", wire: "openai-chat", type: AUDIO_TYPE, raw: audio });
    },
  };
}

const READABLE: ReadonlySet<unknown> = new Set(["text", "thinking", "refusal", "image_url"]);

function addContent(queue: PartQueue, content: unknown): void {
  if (typeof content === "string") {
    if (content !== "") queue.addText("text", content);
    return;
  }
  // Mistral's thinking models answer in blocks.
  const blocks = asArray(content).filter((block) => READABLE.has(asObject(block)?.["type"]));
  for (const part of decodeContent(blocks, "content").parts) {
    if (part.kind !== "text" && part.kind !== "thinking" && part.kind !== "refusal") queue.addPart(part);
    else if (part.text !== "") queue.addText(part.kind, part.text);
  }
}

/** Data and transcript come in pieces, the rest once. */
function joinAudio(before: JsonObject | null, more: JsonObject): JsonObject {
  const joined: JsonObject = { ...before, ...more };
  for (const name of ["data", "transcript"]) {
    const text = (asText(before?.[name]) ?? "") + (asText(more[name]) ?? "");
    if (text !== "") joined[name] = text;
  }
  return joined;
}
