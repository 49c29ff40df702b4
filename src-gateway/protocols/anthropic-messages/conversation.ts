import type { Blob, Conversation, Part, Turn } from "../../ir/conversation.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

export function decodeConversation(json: unknown): Conversation {
  const request = asObject(json) ?? {};
  const turns: Turn[] = [];
  const system = decodeContent(request["system"]);
  if (system.length > 0) turns.push({ role: "system", parts: system });
  for (const message of asArray(request["messages"]).map(asObject)) {
    if (!message) continue;
    const role = message["role"] === "assistant" ? "assistant" : message["role"] === "system" ? "system" : "user";
    turns.push({ role, parts: decodeContent(message["content"]) });
  }
  return { turns };
}

function decodeContent(content: unknown): Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  return asArray(content).flatMap((block): Part[] => {
    const object = asObject(block);
    return object ? [decodeBlock(object)] : [];
  });
}

function decodeBlock(block: JsonObject): Part {
  const type = asText(block["type"]) ?? "unknown";
  switch (type) {
    case "text":
      return { kind: "text", text: asText(block["text"]) ?? "" };
    case "image":
    case "document":
      return { kind: type, blob: decodeSource(asObject(block["source"]) ?? {}) };
    case "thinking":
      return { kind: "thinking", text: asText(block["thinking"]) ?? "" };
    case "tool_use":
      return {
        kind: "call",
        id: asText(block["id"]) ?? "",
        name: asText(block["name"]) ?? "",
        args: JSON.stringify(block["input"] ?? {}),
      };
    case "tool_result": {
      const parts = decodeContent(block["content"]);
      return { kind: "result", id: asText(block["tool_use_id"]) ?? "", parts, isError: block["is_error"] === true };
    }
    default:
      return { kind: "unknown", type };
  }
}

function decodeSource(source: JsonObject): Blob {
  const url = asText(source["url"]);
  const fileId = asText(source["file_id"]);
  if (url) return { url };
  if (fileId) return { fileId };
  return { data: asText(source["data"]) ?? "", mime: asText(source["media_type"]) ?? "text/plain" };
}
