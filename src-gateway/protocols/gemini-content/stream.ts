import { asArray, asObject, parseObject } from "../loose-json.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { noFacts, sseFrame } from "../stream-facts.ts";
import type { FrameKind, StreamReader } from "../types.ts";
import { factsOf } from "./response.ts";

export function createStreamReader(): StreamReader {
  const facts = noFacts();
  return {
    facts,
    push(frame: SseFrame): FrameKind {
      if (frame.data === null) return "opening";
      const json = parseObject(frame.data);
      if (json === null) return "opening";
      const { modelServed, ...found } = factsOf(json);
      Object.assign(facts, found);
      facts.modelServed ??= modelServed ?? null;
      if (found.error) return "error";
      if (found.finishReason) return "content";
      const candidate = asObject(asArray(json["candidates"])[0]);
      const parts = asArray(asObject(candidate?.["content"])?.["parts"]).map(asObject);
      return parts.some((part) => part && !(Object.keys(part).length === 1 && part["text"] === ""))
        ? "content"
        : "opening";
    },
    // The wire has no closing event: the piece with the finish reason is the last one that matters.
    end: () => facts.finishReason !== null,
  };
}

/** Comments break Gemini's clients; an empty piece of text does not. Between elements of an array white space is free. */
export function keepAlive(state: { model: string; framing: "sse" | "json-array" }): Buffer {
  if (state.framing === "json-array") return Buffer.from("\n");
  return sseFrame({
    candidates: [{ content: { role: "model", parts: [{ text: "" }] }, index: 0 }],
    modelVersion: state.model,
  });
}
