import type { Conversation, Part, Turn } from "../../ir/conversation.ts";
import { blobFromUrl } from "../data-url.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

export function decodeConversation(json: unknown): Conversation {
  const request = asObject(json) ?? {};
  const turns: Turn[] = [];
  const instructions = asText(request["instructions"]);
  if (instructions) turns.push({ role: "system", parts: [{ kind: "text", text: instructions }] });
  const { input } = request;
  if (typeof input === "string") turns.push({ role: "user", parts: [{ kind: "text", text: input }] });
  for (const item of asArray(input).map(asObject)) if (item) turns.push(decodeItem(item));
  return { turns };
}

function decodeItem(item: JsonObject): Turn {
  const type = asText(item["type"]) ?? "message";
  switch (type) {
    case "message": {
      const role = item["role"] === "assistant" ? "assistant" : item["role"] === "user" ? "user" : "system";
      return { role, parts: decodeContent(item["content"]) };
    }
    case "function_call":
    case "custom_tool_call": {
      const args = asText(item["arguments"]) ?? asText(item["input"]) ?? "";
      return {
        role: "assistant",
        parts: [{ kind: "call", id: asText(item["call_id"]) ?? "", name: asText(item["name"]) ?? "", args }],
      };
    }
    case "function_call_output":
    case "custom_tool_call_output": {
      const parts = decodeContent(item["output"]);
      return { role: "user", parts: [{ kind: "result", id: asText(item["call_id"]) ?? "", parts, isError: false }] };
    }
    case "reasoning": {
      const text = asArray(item["summary"])
        .map((part) => asText(asObject(part)?.["text"]) ?? "")
        .join("\n");
      return { role: "assistant", parts: [{ kind: "thinking", text }] };
    }
    default:
      return { role: item["role"] === "user" ? "user" : "assistant", parts: [{ kind: "unknown", type }] };
  }
}

function decodeContent(content: unknown): Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  return asArray(content).flatMap((part): Part[] => {
    const object = asObject(part);
    return object ? [decodePart(object)] : [];
  });
}

function decodePart(part: JsonObject): Part {
  const type = asText(part["type"]) ?? "unknown";
  switch (type) {
    case "input_text":
    case "output_text":
    case "text":
    case "refusal":
      return { kind: "text", text: asText(part["text"]) ?? asText(part["refusal"]) ?? "" };
    case "input_image": {
      const id = asText(part["file_id"]);
      return { kind: "image", blob: id ? { fileId: id } : blobFromUrl(asText(part["image_url"]) ?? "") };
    }
    case "input_file": {
      const id = asText(part["file_id"]);
      return {
        kind: "document",
        blob: id ? { fileId: id } : blobFromUrl(asText(part["file_data"]) ?? asText(part["file_url"]) ?? ""),
      };
    }
    case "input_audio": {
      const audio = asObject(part["input_audio"]);
      return {
        kind: "audio",
        blob: { data: asText(audio?.["data"]) ?? "", mime: `audio/${asText(audio?.["format"]) ?? "wav"}` },
      };
    }
    default:
      return { kind: "unknown", type };
  }
}
