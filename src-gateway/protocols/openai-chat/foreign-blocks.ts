/**
 * Content blocks in Anthropic's words. Some editors send them to the chat endpoint, tool calls and results included; read
 * as what they mean, the conversation can go anywhere.
 */
import type { JsonObject } from "../../ir/json.ts";
import type { Blob, MediaPart, Part } from "../../ir/part.ts";
import { asObject, asText } from "../loose-json.ts";
import { createTaker, wireFields, withHome } from "./chat-fields.ts";

/** Marks a part that stands in the content in Anthropic's words, and not where this wire has its place. */
export const isForeignBlock = (part: Part): boolean => part.home?.["$block"] === true;

/** Null when the block is none of these, or not of their shape. */
export function decodeForeignBlock(block: JsonObject): Part | null {
  switch (block["type"]) {
    case "image":
    case "document":
      return decodeSource(block, block["type"]);
    case "tool_use":
      return decodeToolUse(block);
    case "thinking":
      return decodeThinking(block);
    default:
      return null;
  }
}

function decodeSource(block: JsonObject, kind: "image" | "document"): MediaPart | null {
  const fields = createTaker(block);
  fields.any("type");
  const source = createTaker(fields.object("source") ?? {});
  const blob = decodeBlob(source.text("type"), source);
  if (!blob) return null;
  const title = kind === "document" ? fields.text("title") : undefined;
  return {
    kind,
    blob,
    ...(title === undefined ? {} : { title }),
    ...withHome(fields.rest(), { $block: true, $source: source.rest() }),
  };
}

function decodeBlob(type: string | undefined, source: ReturnType<typeof createTaker>): Blob | null {
  if (type === "base64") {
    const data = source.text("data");
    const mime = source.filled("media_type");
    return data === undefined || mime === undefined ? null : { data, mime };
  }
  const url = type === "url" ? source.filled("url") : undefined;
  if (url !== undefined) return { url };
  const fileId = type === "file" ? source.filled("file_id") : undefined;
  return fileId === undefined ? null : { fileId };
}

function decodeToolUse(block: JsonObject): Part | null {
  const fields = createTaker(block);
  fields.any("type");
  const input = fields.object("input");
  const name = fields.filled("name");
  const id = fields.text("id");
  if (input === undefined || name === undefined || id === undefined) return null;
  return { kind: "call", id, name, args: JSON.stringify(input), ...withHome(fields.rest(), { $block: true }) };
}

function decodeThinking(block: JsonObject): Part | null {
  const fields = createTaker(block);
  fields.any("type");
  // Mistral gives its thinking in this block too, as a list of texts.
  const list = fields.list("thinking");
  const text = list ? textOf(list) : fields.text("thinking");
  return text === undefined
    ? null
    : { kind: "thinking", text, ...withHome(fields.rest(), { $block: true, $thinking: list }) };
}

const textOf = (list: unknown[]): string => list.map((entry) => asText(asObject(entry)?.["text"]) ?? "").join("");

export function encodeForeignBlock(part: Part): JsonObject | null {
  const rest = wireFields(part.home);
  switch (part.kind) {
    case "image":
    case "document":
      return {
        type: part.kind,
        source: { ...encodeBlob(part.blob), ...wireFields(asObject(part.home?.["$source"]) ?? undefined) },
        ...(part.title === undefined ? {} : { title: part.title }),
        ...rest,
      };
    case "call":
      return { type: "tool_use", id: part.id, name: part.name, input: JSON.parse(part.args), ...rest };
    case "thinking":
      return { type: "thinking", thinking: part.home?.["$thinking"] ?? part.text, ...rest };
    default:
      return null;
  }
}

function encodeBlob(blob: Blob): JsonObject {
  if ("data" in blob) return { type: "base64", media_type: blob.mime, data: blob.data };
  return "url" in blob ? { type: "url", url: blob.url } : { type: "file", file_id: blob.fileId };
}
