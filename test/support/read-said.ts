/** What the body of a request says, on any wire: its messages, reduced to what every provider has rules for, and its tools. */
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { ProviderWire } from "../../src-gateway/ir/protocol.ts";
import { asArray, asObject } from "../../src-gateway/protocols/loose-json.ts";

export interface Said {
  role: string;
  /** Ids of calls and results, with the names where the wire has them. */
  calls: [id: string, name: string][];
  results: string[];
  /** Kinds of pieces, in order. */
  kinds: string[];
  texts: string[];
}

/** The messages in order, the system prompt in front. */
export const readSaid = (wire: ProviderWire, body: JsonObject): Said[] => READERS[wire](body);

/** What may be called. The schema is undefined where the wire's own word for it is missing. */
export interface SaidTool {
  name: string;
  description: unknown;
  schema: JsonObject | undefined;
  isFunction: boolean;
}

export function readTools(wire: ProviderWire, body: JsonObject): SaidTool[] {
  const tools = wire === "bedrock-converse" ? asObject(body["toolConfig"])?.["tools"] : body["tools"];
  return asArray(tools)
    .map((tool) => asObject(tool) ?? {})
    .flatMap((tool) => {
      if (wire === "gemini-content")
        return asArray(tool["functionDeclarations"]).map((each) => readTool(asObject(each)));
      if ("cachePoint" in tool) return [];
      return [
        readTool(asObject(tool["function"]) ?? asObject(tool["custom"]) ?? asObject(tool["toolSpec"]) ?? tool, tool),
      ];
    });
}

function readTool(inner: JsonObject | null, outer: JsonObject = {}): SaidTool {
  const schema = inner?.["parameters"] ?? inner?.["input_schema"] ?? asObject(inner?.["inputSchema"])?.["json"];
  return {
    name: String(inner?.["name"]),
    description: inner?.["description"],
    schema: asObject(schema) ?? undefined,
    isFunction: outer["type"] !== "custom",
  };
}

const said = (role: string): Said => ({ role, calls: [], results: [], kinds: [], texts: [] });
const str = (value: unknown): string => (typeof value === "string" ? value : `no text: ${JSON.stringify(value)}`);

function addText(message: Said, text: unknown): void {
  message.kinds.push("text");
  message.texts.push(str(text));
}
function addCall(message: Said, id: unknown, name: unknown): void {
  message.kinds.push("call");
  message.calls.push([str(id), str(name)]);
}
function addResult(message: Said, id: unknown): void {
  message.kinds.push("result");
  message.results.push(str(id));
}

function readChat(body: JsonObject): Said[] {
  return asArray(body["messages"]).map((each) => {
    const raw = asObject(each) ?? {};
    const message = said(String(raw["role"]));
    if (raw["role"] === "tool") {
      addResult(message, raw["tool_call_id"]);
      return message;
    }
    const { content, images } = raw;
    if (typeof content === "string" && (content !== "" || raw["role"] === "user")) addText(message, content);
    for (const piece of asArray(content).map(asObject)) {
      if (piece?.["type"] === "text") addText(message, piece["text"]);
      else message.kinds.push(String(piece?.["type"]));
    }
    if (raw["refusal"] !== undefined) message.kinds.push("refusal");
    if (asArray(images).length > 0) {
      message.kinds.push("image");
      message.texts = message.texts.filter((text) => text !== "");
    }
    for (const call of asArray(raw["tool_calls"]).map(asObject)) {
      const inner = asObject(call?.["function"]) ?? asObject(call?.["custom"]);
      addCall(message, call?.["id"], inner?.["name"]);
    }
    return message;
  });
}

function readResponses(body: JsonObject): Said[] {
  const messages: Said[] = [];
  const into = (role: string): Said => {
    const last = messages.at(-1);
    if (last?.role === role && role !== "system") return last;
    messages.push(said(role));
    return messages.at(-1) as Said;
  };
  for (const item of asArray(body["input"]).map(asObject)) {
    const type = String(item?.["type"]);
    if (type === "message") {
      const role = item?.["role"] === "developer" ? "developer" : String(item?.["role"]);
      const message = into(role);
      for (const piece of asArray(item?.["content"]).map(asObject)) {
        if (typeof piece?.["text"] === "string") addText(message, piece["text"]);
        else message.kinds.push(String(piece?.["type"]));
      }
    } else if (type.endsWith("_call")) addCall(into("assistant"), item?.["call_id"], item?.["name"]);
    else if (type.endsWith("_call_output")) {
      messages.push(said("tool"));
      addResult(messages.at(-1) as Said, item?.["call_id"]);
    } else into("assistant").kinds.push(type);
  }
  return messages;
}

function readClaude(body: JsonObject): Said[] {
  const blocks = (role: string, content: unknown): Said => {
    const message = said(role);
    if (typeof content === "string") addText(message, content);
    for (const block of asArray(content).map(asObject)) {
      if (block?.["type"] === "text") addText(message, block["text"]);
      else if (block?.["type"] === "tool_use") addCall(message, block["id"], block["name"]);
      else if (block?.["type"] === "tool_result") addResult(message, block["tool_use_id"]);
      else message.kinds.push(String(block?.["type"]));
    }
    return message;
  };
  const system = body["system"] === undefined ? [] : [blocks("system", body["system"])];
  return [
    ...system,
    ...asArray(body["messages"])
      .map(asObject)
      .map((each) => blocks(String(each?.["role"]), each?.["content"])),
  ];
}

function readBedrock(body: JsonObject): Said[] {
  const blocks = (role: string, content: unknown): Said => {
    const message = said(role);
    for (const block of asArray(content).map(asObject)) {
      if (!block || "cachePoint" in block) continue;
      if ("text" in block) addText(message, block["text"]);
      else if ("toolUse" in block)
        addCall(message, asObject(block["toolUse"])?.["toolUseId"], asObject(block["toolUse"])?.["name"]);
      else if ("toolResult" in block) addResult(message, asObject(block["toolResult"])?.["toolUseId"]);
      else message.kinds.push(Object.keys(block)[0] ?? "nothing");
    }
    return message;
  };
  const system = body["system"] === undefined ? [] : [blocks("system", body["system"])];
  return [
    ...system,
    ...asArray(body["messages"])
      .map(asObject)
      .map((each) => blocks(String(each?.["role"]), each?.["content"])),
  ];
}

function readGemini(body: JsonObject): Said[] {
  let count = 0;
  let open: string[] = [];
  return asArray(body["contents"]).map((each) => {
    const content = asObject(each);
    const message = said(content?.["role"] === "model" ? "assistant" : String(content?.["role"]));
    for (const part of asArray(content?.["parts"]).map(asObject)) {
      const call = asObject(part?.["functionCall"]);
      const result = asObject(part?.["functionResponse"]);
      if (call) {
        // Older models match calls and results by their order.
        const id = typeof call["id"] === "string" ? call["id"] : `unnamed:${++count}`;
        open.push(id);
        addCall(message, id, call["name"]);
      } else if (result) {
        addResult(message, result["id"] ?? open[0]);
        open = open.slice(1);
      } else if (typeof part?.["text"] === "string") {
        // Empty text is fine where it carries a signature.
        if (part["text"] !== "" || part["thoughtSignature"] === undefined) addText(message, part["text"]);
        else message.kinds.push("signature");
      } else message.kinds.push(Object.keys(part ?? {})[0] ?? "nothing");
    }
    return message;
  });
}

const READERS: Readonly<Record<ProviderWire, (body: JsonObject) => Said[]>> = {
  "openai-chat": readChat,
  "openai-responses": readResponses,
  "anthropic-messages": readClaude,
  "gemini-content": readGemini,
  "bedrock-converse": readBedrock,
  "cohere-chat": readChat,
  "ollama-chat": (body) =>
    readChat({
      messages: asArray(body["messages"]).map((each) => {
        const raw = asObject(each) ?? {};
        return raw["content"] === "" && raw["role"] !== "tool" ? { ...raw, content: null } : raw;
      }),
    }),
};
