/** A conversation as the GenAI conventions write it: roles, and parts with a type. */
import type { Part, Turn } from "../../ir/part.ts";

export function messagesJson(turns: readonly Turn[], maxChars: number): string {
  const messages = turns.map(({ role, parts }) => ({ role, parts: parts.map(partOf) }));
  let text = JSON.stringify(messages);
  // The end is what the answer is about.
  while (text.length > maxChars && messages.length > 1) {
    messages.shift();
    text = JSON.stringify(messages);
  }
  return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
}

export function answerJson(content: string, finishReason: string | null, maxChars: number): string {
  const parts = [{ type: "text", content: content.length > maxChars ? `${content.slice(0, maxChars)}…` : content }];
  return JSON.stringify([
    { role: "assistant", parts, ...(finishReason === null ? {} : { finish_reason: finishReason }) },
  ]);
}

function partOf(part: Part): Record<string, unknown> {
  switch (part.kind) {
    case "text":
    case "refusal":
      return { type: "text", content: part.text };
    case "thinking":
      return { type: "reasoning", content: part.text };
    case "call":
      return { type: "tool_call", id: part.id, name: part.name, arguments: part.args };
    case "result":
      return { type: "tool_call_response", id: part.id, response: part.parts.map(partOf) };
    case "native":
      return { type: part.type };
    default:
      // Pictures and recordings are too long for a trace.
      return { type: "blob", modality: part.kind };
  }
}
