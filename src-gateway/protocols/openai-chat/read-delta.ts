/** What one chunk adds to the answer. */
import type { JsonObject } from "../../ir/json.ts";
import type { EventWriter } from "../event-writer.ts";
import { asArray, asObject, asText } from "../loose-json.ts";
import { createCallFragments } from "./call-fragments.ts";
import { thinkingOfDetails } from "./chat-message.ts";
import { decodeCitation } from "./citations.ts";
import { decodeAnswerImage } from "./decode-answer.ts";
import { AUDIO_TYPE } from "./message-calls.ts";
import { decodeContent } from "./parts.ts";
import type { PieceKind } from "./repeated-chunks.ts";

export interface DeltaReader {
  push(choice: JsonObject): void;
  /** A chunk of nothing but a text. */
  pushPiece(kind: PieceKind, text: string): void;
  /** More of this kind would be nothing but a delta. */
  isIn(kind: PieceKind): boolean;
  /** The stream is complete: writes what is only known as a whole. */
  end(): void;
  hasRefusal(): boolean;
}

export function createDeltaReader(writer: EventWriter): DeltaReader {
  const texts = createTexts(writer, () => calls.closeWhole());
  const calls = createCallFragments(writer, () => texts.close());
  let audio: JsonObject | null = null;
  return {
    push(choice) {
      texts.add("text", asText(choice["text"]));
      const delta = asObject(choice["delta"]) ?? asObject(choice["message"]);
      if (!delta) return;
      texts.addDelta(delta);
      const legacy = asObject(delta["function_call"]);
      if (legacy) calls.pushLegacy(legacy);
      for (const entry of asArray(delta["tool_calls"])) {
        const fragment = asObject(entry);
        if (fragment) calls.push(fragment);
      }
      const sound = asObject(delta["audio"]);
      if (sound) audio = joinAudio(audio, sound);
    },
    pushPiece: (kind, text) => texts.add(kind, text),
    isIn: (kind) => writer.isFirst(kind),
    end() {
      calls.end();
      if (audio) writer.whole({ kind: "native", wire: "openai-chat", type: AUDIO_TYPE, raw: audio });
    },
    hasRefusal: () => texts.hasRefusal(),
  };
}

type TextKind = PieceKind | "refusal";

function createTexts(writer: EventWriter, beforeOpen: () => void) {
  let open: TextKind | null = null;
  let hasRefusal = false;
  const texts = {
    hasRefusal: () => hasRefusal,
    add(kind: TextKind, text: string | null): void {
      if (text === null || text === "") return;
      if (open !== kind) {
        texts.close();
        beforeOpen();
        writer.open(kind, { kind });
        open = kind;
        hasRefusal ||= kind === "refusal";
      }
      writer.delta(kind, text);
    },
    close(): void {
      if (open !== null) writer.close(open);
      open = null;
    },
    addDelta(delta: JsonObject): void {
      // Some servers say the same thinking under two names.
      const thinking = asText(delta["reasoning_content"]) ?? asText(delta["reasoning"]);
      texts.add("thinking", thinking ?? thinkingOfDetails(delta["reasoning_details"]));
      if (typeof delta["content"] === "string") texts.add("text", delta["content"]);
      else addBlocks(delta["content"]);
      texts.add("refusal", asText(delta["refusal"]));
      for (const image of asArray(delta["images"]).map(decodeAnswerImage)) {
        if (!image) continue;
        texts.close();
        writer.whole(image);
      }
      for (const entry of asArray(delta["annotations"])) {
        const citation = decodeCitation(asObject(entry) ?? {});
        if (citation) writer.citation("text", citation);
      }
    },
  };
  /** Mistral's thinking models answer in blocks. */
  const addBlocks = (content: unknown): void => {
    const blocks = asArray(content).filter((block) => READABLE.has(asObject(block)?.["type"]));
    for (const part of decodeContent(blocks, "content").parts)
      if (part.kind === "text" || part.kind === "thinking" || part.kind === "refusal") texts.add(part.kind, part.text);
  };
  return texts;
}

const READABLE: ReadonlySet<unknown> = new Set(["text", "thinking", "refusal"]);

/** Data and transcript come in pieces, the rest once. */
function joinAudio(before: JsonObject | null, more: JsonObject): JsonObject {
  const joined: JsonObject = { ...before, ...more };
  for (const name of ["data", "transcript"]) {
    const text = (asText(before?.[name]) ?? "") + (asText(more[name]) ?? "");
    if (text !== "") joined[name] = text;
  }
  return joined;
}
