/** Messages of Cohere, both ways. */
import { GatewayError } from "../../ir/errors.ts";
import type { CallPart, Citation, MediaPart, Part, ResultPart, Turn } from "../../ir/part.ts";
import { callArgs, callInputText } from "../call-input.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

/** @throws GatewayError unsupported_operation for media other than images. */
export function encodeTurn(turn: Turn): JsonObject[] {
  const results = turn.parts.filter((part) => part.kind === "result").map(encodeResult);
  const rest = turn.parts.filter((part) => part.kind !== "result");
  const message = turn.role === "assistant" ? encodeAssistant(rest) : encodeContent(rest);
  return message === null ? results : [...results, { role: turn.role, ...message }];
}

/** Null for a message without content, which the provider refuses. */
function encodeContent(parts: readonly Part[]): JsonObject | null {
  const content = parts.map(encodePart).filter((each) => each !== null);
  if (content.length === 0) return null;
  const texts = content.map((each) => (each["type"] === "text" ? each["text"] : null));
  return { content: texts.includes(null) ? content : texts.join("\n\n") };
}

function encodeAssistant(parts: readonly Part[]): JsonObject | null {
  const thoughts = parts
    .filter((part) => part.kind === "thinking")
    .filter((part) => part.text !== "" && (part.opaque === undefined || part.opaque.wire === "cohere-chat"))
    .map((part) => part.text);
  const calls = parts.filter((part) => part.kind === "call").map(encodeCall);
  const said = encodeContent(parts);
  if (calls.length > 0) {
    const plan = thoughts.length === 0 ? {} : { tool_plan: thoughts.join("\n\n") };
    return { ...said, ...plan, tool_calls: calls };
  }
  if (said === null || thoughts.length === 0) return said;
  const content = said["content"];
  const list = typeof content === "string" ? [{ type: "text", text: content }] : asArray(content);
  return { content: [...thoughts.map((thinking) => ({ type: "thinking", thinking })), ...list] };
}

function encodePart(part: Part): JsonObject | null {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text === "" ? null : { type: "text", text: part.text };
    case "image":
    case "document":
    case "audio":
    case "video":
      return { type: "image_url", image_url: imageUrl(part) };
    default:
      return null;
  }
}

function imageUrl(part: MediaPart): JsonObject {
  const { blob } = part;
  const detail = part.detail === undefined ? {} : { detail: part.detail };
  if (part.kind === "image" && "data" in blob) return { url: `data:${blob.mime};base64,${blob.data}`, ...detail };
  if (part.kind === "image" && "url" in blob) return { url: blob.url, ...detail };
  throw new GatewayError(
    "unsupported_operation",
    part.kind === "image"
      ? "Cohere takes an image only as bytes or by its address, not by a file id. Send it as base64."
      : `Cohere takes no ${part.kind} in a conversation. Send its text, or ask a model of another provider.`,
  );
}

const encodeCall = (part: CallPart): JsonObject => ({
  id: part.id,
  type: "function",
  function: { name: part.name, arguments: callInputText(part.args) },
});

const encodeResult = (part: ResultPart): JsonObject => ({
  role: "tool",
  tool_call_id: part.id,
  // A result without a word is refused.
  content: encodeContent(part.parts)?.["content"] ?? "(no output)",
});

export function decodeCall(call: JsonObject): CallPart {
  const called = asObject(call["function"]);
  return {
    kind: "call",
    id: asText(call["id"]) ?? "",
    name: asText(called?.["name"]) ?? "",
    args: callArgs(called?.["arguments"]),
  };
}

/** One citation for each source that has something to show, or one that only tells the range. Plans have none here. */
export function decodeCitation(citation: JsonObject): Citation[] {
  if (citation["type"] === "PLAN" || citation["type"] === "THINKING_CONTENT") return [];
  const { start, end } = citation;
  const range = {
    ...(typeof start === "number" ? { start } : {}),
    ...(typeof end === "number" ? { end } : {}),
  };
  const sources = asArray(citation["sources"]).map(asObject).map(describeSource).filter(isTelling);
  return sources.length === 0 ? [range] : sources.map((source) => ({ ...range, ...source }));
}

/** What a document or a tool's output says of itself; its fields are the client's own, so they may have any name. */
function describeSource(source: JsonObject | null): Citation {
  const content = asObject(source?.["document"]) ?? asObject(source?.["tool_output"]) ?? {};
  const url = asText(content["url"]);
  const title = asText(content["title"]);
  const quoted = asText(content["snippet"]) ?? asText(content["text"]);
  return {
    ...(url === null ? {} : { url }),
    ...(title === null ? {} : { title }),
    ...(quoted === null ? {} : { quoted }),
  };
}

const isTelling = (citation: Citation): boolean => Object.keys(citation).length > 0;
