/** What an element of a history is, in the words of each wire: calls, results, or a person's word. */
import type { WireProtocol } from "../ir/protocol.ts";
import { type JsonNode, partOf, rawText } from "../lib/json-back.ts";
import type { JsonSpan } from "../lib/json-walk.ts";
import { isMachineText } from "./machine-text.ts";
import type { Call, Element, Result } from "./turns.ts";

const PERSON: Element = { is: "person" };

const NOTHING: JsonNode[] = [];
const elementsOf = (node: JsonNode | undefined): JsonNode[] =>
  node !== undefined && node.keys === null ? (node.parts ?? NOTHING) : NOTHING;
const some = (...spans: (JsonSpan | undefined)[]): JsonSpan[] => spans.filter((span) => span !== undefined);

export const READ_ELEMENT: Readonly<Record<WireProtocol, (bytes: Buffer, node: JsonNode) => Element>> = {
  "openai-chat": chatElement,
  "openai-responses": responsesElement,
  "anthropic-messages": anthropicElement,
  "gemini-content": geminiElement,
};

/** Texts of a content that is one, or a list of blocks; a block that is no text counts as a whole. */
function textsOf(bytes: Buffer, content: JsonNode | undefined): JsonSpan[] {
  if (content === undefined) return [];
  if (content.parts === null || content.keys !== null) return [content];
  return content.parts.map((block) => {
    const text = partOf(block, "text");
    return rawText(bytes, text) === null ? block : (text ?? block);
  });
}

/** A message of the user's that holds no results. */
function spokenBy(bytes: Buffer, content: JsonNode | undefined): Element {
  const texts = textsOf(bytes, content);
  return texts.length > 0 && texts.every((text) => isMachineText(bytes, text)) ? null : PERSON;
}

/** What is no result in a message that holds results. */
const besideOf = (bytes: Buffer, blocks: JsonNode[]): JsonSpan[] =>
  blocks.map((block) => partOf(block, "text") ?? block).filter((span) => !isMachineText(bytes, span));

function anthropicElement(bytes: Buffer, node: JsonNode): Element {
  const role = rawText(bytes, partOf(node, "role"));
  const content = partOf(node, "content");
  const blocks = elementsOf(content);
  const typed = (type: string): JsonNode[] => blocks.filter((block) => rawText(bytes, partOf(block, "type")) === type);
  if (role === "assistant") {
    const calls = typed("tool_use").map(
      (block): Call => ({ id: partOf(block, "id") ?? null, what: some(partOf(block, "name"), partOf(block, "input")) }),
    );
    return calls.length === 0 ? null : { is: "calls", calls };
  }
  if (role !== "user") return null;
  const found = typed("tool_result");
  if (found.length === 0) return spokenBy(bytes, content);
  const results = found.map(
    (block): Result => ({
      id: partOf(block, "tool_use_id") ?? null,
      texts: textsOf(bytes, partOf(block, "content")),
    }),
  );
  return {
    is: "results",
    results,
    beside: besideOf(
      bytes,
      blocks.filter((block) => !found.includes(block)),
    ),
  };
}

function chatElement(bytes: Buffer, node: JsonNode): Element {
  const role = rawText(bytes, partOf(node, "role"));
  const content = partOf(node, "content");
  if (role === "assistant") {
    const calls = elementsOf(partOf(node, "tool_calls")).map((call): Call => {
      const body = partOf(call, "function") ?? partOf(call, "custom");
      const given = partOf(body, "arguments") ?? partOf(body, "input");
      return { id: partOf(call, "id") ?? null, what: some(partOf(body, "name"), given) };
    });
    const old = partOf(node, "function_call");
    if (old?.parts) calls.push({ id: null, what: some(partOf(old, "name"), partOf(old, "arguments")) });
    return calls.length === 0 ? null : { is: "calls", calls };
  }
  if (role === "tool" || role === "function") {
    const id = partOf(node, "tool_call_id") ?? null;
    return { is: "results", results: [{ id, texts: textsOf(bytes, content) }], beside: [] };
  }
  return role === "user" ? spokenBy(bytes, content) : null;
}

function responsesElement(bytes: Buffer, node: JsonNode): Element {
  const type = rawText(bytes, partOf(node, "type")) ?? "message";
  const id = partOf(node, "call_id") ?? null;
  if (type === "message") {
    return rawText(bytes, partOf(node, "role")) === "user" ? spokenBy(bytes, partOf(node, "content")) : null;
  }
  // Calls of the provider's own tools have no such id, and their results come with them.
  if (id === null) return null;
  if (type.endsWith("_call")) {
    const given = ["namespace", "name", "arguments", "input", "action", "operation"].map((key) => partOf(node, key));
    return { is: "calls", calls: [{ id, what: some(...given) }] };
  }
  if (!type.endsWith("_call_output")) return null;
  return { is: "results", results: [{ id, texts: textsOf(bytes, partOf(node, "output")) }], beside: [] };
}

function geminiElement(bytes: Buffer, node: JsonNode): Element {
  const parts = elementsOf(partOf(node, "parts"));
  const role = rawText(bytes, partOf(node, "role"));
  const either = (part: JsonNode, camel: string, snake: string): JsonNode | undefined =>
    partOf(part, camel) ?? partOf(part, snake);
  if (role === "model") {
    const calls = parts.flatMap((part): Call[] => {
      const call = either(part, "functionCall", "function_call");
      return call ? [{ id: partOf(call, "id") ?? null, what: some(partOf(call, "name"), partOf(call, "args")) }] : [];
    });
    return calls.length === 0 ? null : { is: "calls", calls };
  }
  const results: Result[] = [];
  const others: JsonNode[] = [];
  for (const part of parts) {
    const result = either(part, "functionResponse", "function_response");
    if (!result) {
      others.push(part);
      continue;
    }
    const response = partOf(result, "response");
    results.push({ id: partOf(result, "id") ?? null, texts: response?.parts ?? some(response) });
  }
  if (results.length > 0) return { is: "results", results, beside: besideOf(bytes, others) };
  if (parts.length === 0) return null;
  return parts.every((part) => isMachineText(bytes, partOf(part, "text"))) ? null : PERSON;
}
