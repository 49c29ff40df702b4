import type { Conversation, Part, Turn } from "../../ir/conversation.ts";
import { blobFromUrl } from "../data-url.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

/** The conversation of a chat request; the prompt of a completion is one user turn. */
export function decodeConversation(json: unknown): Conversation {
  const request = asObject(json) ?? {};
  if (request["prompt"] !== undefined) {
    const prompts = Array.isArray(request["prompt"]) ? request["prompt"] : [request["prompt"]];
    const parts = prompts.filter((prompt) => typeof prompt === "string").map((text): Part => ({ kind: "text", text }));
    return { turns: [{ role: "user", parts }] };
  }
  return {
    turns: asArray(request["messages"])
      .map(asObject)
      .flatMap((message) => (message ? [decodeMessage(message)] : [])),
  };
}

function decodeMessage(message: JsonObject): Turn {
  const { role } = message;
  if (role === "tool" || role === "function") {
    const id = asText(message["tool_call_id"]) ?? asText(message["name"]) ?? "";
    return { role: "user", parts: [{ kind: "result", id, parts: decodeContent(message["content"]), isError: false }] };
  }
  if (role === "assistant") return { role, parts: [...decodeContent(message["content"]), ...decodeCalls(message)] };
  return {
    role: role === "system" || role === "developer" ? "system" : "user",
    parts: decodeContent(message["content"]),
  };
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
    case "text":
    case "refusal":
      return { kind: "text", text: asText(part["text"]) ?? asText(part["refusal"]) ?? "" };
    case "image_url": {
      const url = asText(part["image_url"]) ?? asText(asObject(part["image_url"])?.["url"]);
      return { kind: "image", blob: blobFromUrl(url ?? "") };
    }
    case "input_audio": {
      const audio = asObject(part["input_audio"]);
      return {
        kind: "audio",
        blob: { data: asText(audio?.["data"]) ?? "", mime: `audio/${asText(audio?.["format"]) ?? "wav"}` },
      };
    }
    case "file": {
      const file = asObject(part["file"]);
      const id = asText(file?.["file_id"]);
      return { kind: "document", blob: id ? { fileId: id } : blobFromUrl(asText(file?.["file_data"]) ?? "") };
    }
    default:
      return { kind: "unknown", type };
  }
}

function decodeCalls(message: JsonObject): Part[] {
  return asArray(message["tool_calls"]).flatMap((call): Part[] => {
    const object = asObject(call);
    const body = asObject(object?.["function"]) ?? asObject(object?.["custom"]);
    if (!object || !body) return [];
    const args = body["arguments"] ?? body["input"] ?? "";
    return [
      {
        kind: "call",
        id: asText(object["id"]) ?? "",
        name: asText(body["name"]) ?? "",
        args: typeof args === "string" ? args : JSON.stringify(args),
      },
    ];
  });
}
