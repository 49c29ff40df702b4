/** Content blocks of Converse, both ways. A block is an object with one member, named for its kind. */
import type { Citation, Opaque, Part, ResultPart } from "../../ir/part.ts";
import { callArgs, callInput } from "../call-input.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { imageMime, mediaBlock } from "./media-blocks.ts";

type NameDocument = (title: string | undefined) => string;

/** @throws GatewayError unsupported_operation */
export function encodeParts(parts: readonly Part[], nameDocument: NameDocument): JsonObject[] {
  const blocks: JsonObject[] = [];
  for (const part of parts) {
    const block = encodePart(part, nameDocument);
    if (block) blocks.push(block);
    // A cache point needs something in front of it that can be cached.
    if (part.cache && blocks.length > 0) blocks.push(cachePoint(part.cache.ttl));
  }
  return blocks;
}

export const cachePoint = (ttl: string | undefined): JsonObject => ({
  cachePoint: { type: "default", ...(ttl === "5m" || ttl === "1h" ? { ttl } : {}) },
});

/** Null for what the provider would refuse: blank text, thoughts without the signature that proves them. */
function encodePart(part: Part, nameDocument: NameDocument): JsonObject | null {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text.trim() === "" ? null : { text: part.text };
    case "thinking":
      return part.opaque?.wire === "bedrock-converse" && part.opaque.value !== ""
        ? reasoningBlock(part.text, part.opaque, part.redacted)
        : null;
    case "call":
      return { toolUse: { toolUseId: part.id, name: part.name, input: callInput(part.args) } };
    case "result":
      return { toolResult: encodeResult(part, nameDocument) };
    case "native":
      return part.wire === "bedrock-converse" ? part.raw : null;
    default:
      return mediaBlock(part, nameDocument);
  }
}

const reasoningBlock = (text: string, opaque: Opaque, redacted: boolean | undefined): JsonObject => ({
  reasoningContent: redacted ? { redactedContent: opaque.value } : { reasoningText: { text, signature: opaque.value } },
});

function encodeResult(part: ResultPart, nameDocument: NameDocument): JsonObject {
  const content = part.parts.map((inner) => encodePart(inner, nameDocument)).filter((block) => block !== null);
  return {
    toolUseId: part.id,
    // A result without content is refused, and so is a blank one.
    content: content.length === 0 ? [{ text: "(no output)" }] : content,
    // Success is the default, and not all models take the field.
    ...(part.isError ? { status: "error" } : {}),
  };
}

/** A block of an answer; null for one that says nothing. */
export function decodeBlock(block: JsonObject): Part | null {
  if (typeof block["text"] === "string") return block["text"] === "" ? null : { kind: "text", text: block["text"] };
  const call = asObject(block["toolUse"]);
  // A tool that Bedrock runs by itself is none of the client's business.
  if (call && call["type"] !== "server_tool_use") {
    return {
      kind: "call",
      id: asText(call["toolUseId"]) ?? "",
      name: asText(call["name"]) ?? "",
      args: callArgs(call["input"]),
    };
  }
  const reasoning = asObject(block["reasoningContent"]);
  if (reasoning) return decodeReasoning(reasoning);
  const cited = asObject(block["citationsContent"]);
  if (cited) return decodeCited(cited);
  const image = asObject(block["image"]);
  const bytes = asText(asObject(image?.["source"])?.["bytes"]);
  if (bytes !== null) return imagePart(asText(image?.["format"]), bytes);
  const [type] = Object.keys(block);
  return type === undefined ? null : { kind: "native", wire: "bedrock-converse", type, raw: block };
}

export const imagePart = (format: string | null, base64: string): Part => ({
  kind: "image",
  blob: { data: base64, mime: imageMime(format) },
});

export const opaqueOf = (value: string): Opaque => ({ wire: "bedrock-converse", value });

export const redactedThought = (base64: string): Part => ({
  kind: "thinking",
  text: "",
  redacted: true,
  opaque: opaqueOf(base64),
});

function decodeReasoning(reasoning: JsonObject): Part | null {
  const redacted = asText(reasoning["redactedContent"]);
  if (redacted !== null) return redactedThought(redacted);
  const said = asObject(reasoning["reasoningText"]);
  const text = asText(said?.["text"]) ?? "";
  const signature = asText(said?.["signature"]);
  if (text === "" && signature === null) return null;
  return { kind: "thinking", text, ...(signature === null ? {} : { opaque: opaqueOf(signature) }) };
}

function decodeCited(cited: JsonObject): Part | null {
  const text = joinTexts(cited["content"]);
  if (text === "") return null;
  const citations = asArray(cited["citations"])
    .map(asObject)
    .filter((each) => each !== null)
    .map((each) => ({ ...decodeCitation(each), start: 0, end: text.length }));
  return { kind: "text", text, citations };
}

export function decodeCitation(citation: JsonObject): Citation {
  const web = asObject(asObject(citation["location"])?.["web"]);
  const url = asText(web?.["url"]);
  const title = asText(citation["title"]);
  const quoted = joinTexts(citation["sourceContent"]);
  return {
    ...(url === null ? {} : { url }),
    ...(title === null ? {} : { title }),
    ...(quoted === "" ? {} : { quoted }),
  };
}

const joinTexts = (list: unknown): string =>
  asArray(list)
    .map((each) => asText(asObject(each)?.["text"]) ?? "")
    .join("");
