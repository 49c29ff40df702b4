/** What a request of each wire says of a running tool loop: read here by hand, and not by the codecs that wrote it. */
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { asArray, asObject, asText, type JsonObject } from "../../src-gateway/protocols/loose-json.ts";

export interface Loop {
  calls: { id: string; name: string; args: unknown }[];
  results: { id: string; text: string }[];
  /** Thoughts that came back, and the state that came back with them or on a call. */
  thoughts: string[];
  states: string[];
}

const objects = (value: unknown): JsonObject[] => asArray(value).map((each) => asObject(each) ?? {});
const textOf = (content: unknown): string =>
  asText(content) ??
  objects(content)
    .map((part) => asText(part["text"]) ?? "")
    .join("");
const word = (value: unknown): string => asText(value) ?? "";

export function readLoop(wire: WireProtocol, json: unknown): Loop {
  const loop: Loop = { calls: [], results: [], thoughts: [], states: [] };
  READERS[wire](asObject(json) ?? {}, loop);
  return loop;
}

const READERS: Readonly<Record<WireProtocol, (body: JsonObject, loop: Loop) => void>> = {
  "openai-chat"(body, loop) {
    for (const message of objects(body["messages"])) {
      if (asText(message["reasoning_content"])) loop.thoughts.push(word(message["reasoning_content"]));
      for (const call of objects(message["tool_calls"])) {
        const called = asObject(call["function"]) ?? {};
        loop.calls.push({
          id: word(call["id"]),
          name: word(called["name"]),
          args: JSON.parse(word(called["arguments"])),
        });
      }
      if (message["role"] === "tool")
        loop.results.push({ id: word(message["tool_call_id"]), text: textOf(message["content"]) });
    }
  },
  "openai-responses"(body, loop) {
    for (const item of objects(body["input"])) {
      if (item["type"] === "reasoning") {
        loop.thoughts.push(textOf(item["summary"]));
        loop.states.push(word(item["encrypted_content"]));
      } else if (item["type"] === "function_call") {
        loop.calls.push({
          id: word(item["call_id"]),
          name: word(item["name"]),
          args: JSON.parse(word(item["arguments"])),
        });
      } else if (item["type"] === "function_call_output") {
        loop.results.push({ id: word(item["call_id"]), text: textOf(item["output"]) });
      }
    }
  },
  "anthropic-messages"(body, loop) {
    for (const block of objects(body["messages"]).flatMap((message) => objects(message["content"]))) {
      if (block["type"] === "thinking") {
        loop.thoughts.push(word(block["thinking"]));
        loop.states.push(word(block["signature"]));
      } else if (block["type"] === "tool_use") {
        loop.calls.push({ id: word(block["id"]), name: word(block["name"]), args: block["input"] });
      } else if (block["type"] === "tool_result") {
        loop.results.push({ id: word(block["tool_use_id"]), text: textOf(block["content"]) });
      }
    }
  },
  "gemini-content"(body, loop) {
    for (const part of objects(body["contents"]).flatMap((content) => objects(content["parts"]))) {
      const call = asObject(part["functionCall"]);
      const response = asObject(part["functionResponse"]);
      if (part["thought"] === true) loop.thoughts.push(word(part["text"]));
      if (asText(part["thoughtSignature"])) loop.states.push(word(part["thoughtSignature"]));
      if (call) loop.calls.push({ id: word(call["id"]), name: word(call["name"]), args: call["args"] });
      if (response) loop.results.push({ id: word(response["id"]), text: JSON.stringify(response["response"]) });
    }
  },
};
