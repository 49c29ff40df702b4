/** One content block of a stream, from its start to its stop. */
import type { JsonObject } from "../../ir/json.ts";
import { callArgs } from "../call-input.ts";
import type { EventWriter } from "../event-writer.ts";
import { asArray, asObject, asText } from "../loose-json.ts";
import { decodeCitation } from "./citations.ts";
import { decodeBlock } from "./decode-answer.ts";
import { isObject, isString } from "./home.ts";
import { decodePart, opaque } from "./parts.ts";

export interface StreamBlock {
  delta(delta: JsonObject): void;
  stop(): void;
}

export function openBlock(writer: EventWriter, key: string, start: JsonObject): StreamBlock {
  switch (start["type"]) {
    case "text":
      return openText(writer, key, start);
    case "thinking":
      return openThinking(writer, key, start);
    case "tool_use":
      return openCall(writer, key, start);
    default:
      return holdBlock(writer, start);
  }
}

/** For a delta whose block never started: what the delta itself says of its block. */
export function startOf(delta: JsonObject): JsonObject {
  const type = asText(delta["type"]) ?? "";
  return { type: type === "thinking_delta" || type === "signature_delta" ? "thinking" : "text" };
}

function openText(writer: EventWriter, key: string, start: JsonObject): StreamBlock {
  writer.open(key, { kind: "text" });
  writer.delta(key, asText(start["text"]) ?? "");
  for (const citation of asArray(start["citations"]).filter(isObject)) writer.citation(key, decodeCitation(citation));
  return {
    delta(delta) {
      writer.delta(key, asText(delta["text"]) ?? "");
      const citation = asObject(delta["citation"]);
      if (citation) writer.citation(key, decodeCitation(citation));
    },
    stop: () => writer.close(key),
  };
}

function openThinking(writer: EventWriter, key: string, start: JsonObject): StreamBlock {
  let signature = asText(start["signature"]);
  writer.open(key, { kind: "thinking" });
  writer.delta(key, asText(start["thinking"]) ?? "");
  return {
    delta(delta) {
      writer.delta(key, asText(delta["thinking"]) ?? "");
      signature = asText(delta["signature"]) ?? signature;
    },
    stop() {
      if (signature !== null) writer.opaque(key, opaque(signature));
      writer.close(key);
    },
  };
}

function openCall(writer: EventWriter, key: string, start: JsonObject): StreamBlock {
  const { input, ...rest } = start;
  const part = decodePart({ ...rest, name: asText(start["name"]) ?? "", input: {} });
  let hasArgs = false;
  if (part.kind === "call") {
    const { args: _, ...open } = part;
    writer.open(key, open);
  }
  return {
    delta(delta) {
      const piece = callArgs(delta["partial_json"]);
      hasArgs ||= piece !== "";
      writer.delta(key, piece);
    },
    stop() {
      // Some providers send the whole input at the start; where deltas follow, it is only their beginning.
      const whole = callArgs(input);
      if (!hasArgs && whole !== "{}") writer.delta(key, whole);
      writer.close(key);
    },
  };
}

/** A block that other wires have no events for: handed on in one piece when it is complete. */
function holdBlock(writer: EventWriter, start: JsonObject): StreamBlock {
  const block = { ...start };
  let input = "";
  return {
    delta({ partial_json: piece, citation, ...fields }) {
      if (piece !== undefined) input += callArgs(piece);
      if (citation !== undefined) block["citations"] = [...asArray(block["citations"]), citation];
      for (const [name, value] of Object.entries(fields)) {
        // The second would change what the block inherits, its type among it.
        if (name === "type" || name === "__proto__") continue;
        const before = block[name];
        block[name] = isString(value) && isString(before) ? before + value : value;
      }
    },
    stop() {
      if (input !== "") block["input"] = parseOr(input);
      writer.whole(decodeBlock(block));
    },
  };
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { _raw: text };
  }
}
