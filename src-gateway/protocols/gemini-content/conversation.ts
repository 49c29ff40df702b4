import type { Blob, Conversation, Part, Turn } from "../../ir/conversation.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

export function decodeConversation(json: unknown): Conversation {
  // countTokens may wrap the whole request.
  const outer = asObject(json) ?? {};
  const request = asObject(outer["generateContentRequest"]) ?? outer;
  const turns: Turn[] = [];
  const system = decodeContent(request["systemInstruction"] ?? request["system_instruction"]);
  if (system.length > 0) turns.push({ role: "system", parts: system });
  const contents = Array.isArray(request["contents"]) ? request["contents"] : [request["contents"]];
  for (const content of contents) {
    const parts = decodeContent(content);
    if (parts.length > 0) turns.push({ role: asObject(content)?.["role"] === "model" ? "assistant" : "user", parts });
  }
  return { turns };
}

function decodeContent(content: unknown): Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  const object = asObject(content);
  if (!object) return [];
  return asArray(object["parts"]).flatMap((part): Part[] => {
    const piece = asObject(part);
    return piece ? [decodePart(piece)] : [];
  });
}

function decodePart(part: JsonObject): Part {
  const text = part["text"];
  if (typeof text === "string") return part["thought"] === true ? { kind: "thinking", text } : { kind: "text", text };
  const inline = asObject(part["inlineData"]) ?? asObject(part["inline_data"]);
  if (inline) {
    const mime = asText(inline["mimeType"]) ?? asText(inline["mime_type"]) ?? "application/octet-stream";
    return { kind: kindOf(mime), blob: { data: asText(inline["data"]) ?? "", mime } };
  }
  const file = asObject(part["fileData"]) ?? asObject(part["file_data"]);
  if (file) return decodeFile(file);
  const call = asObject(part["functionCall"]);
  if (call) {
    const name = asText(call["name"]) ?? "";
    return { kind: "call", id: asText(call["id"]) ?? name, name, args: JSON.stringify(call["args"] ?? {}) };
  }
  const result = asObject(part["functionResponse"]);
  if (result) {
    const id = asText(result["id"]) ?? asText(result["name"]) ?? "";
    return {
      kind: "result",
      id,
      parts: [{ kind: "text", text: JSON.stringify(result["response"] ?? {}) }],
      isError: false,
    };
  }
  return { kind: "unknown", type: Object.keys(part)[0] ?? "empty" };
}

function decodeFile(file: JsonObject): Part {
  const mime = asText(file["mimeType"]) ?? asText(file["mime_type"]);
  const url = asText(file["fileUri"]) ?? asText(file["file_uri"]) ?? "";
  const blob: Blob = mime ? { url, mime } : { url };
  return { kind: kindOf(mime ?? ""), blob };
}

const kindOf = (mime: string): "image" | "document" | "audio" =>
  mime.startsWith("image/") ? "image" : mime.startsWith("audio/") ? "audio" : "document";
