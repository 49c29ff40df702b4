/** Turns as messages. What was read from this wire is written as it was; the rest as most servers take it. */
import type { JsonObject } from "../../ir/json.ts";
import type { Part, ResultPart, Turn } from "../../ir/part.ts";
import { filterSame, mapSame } from "../../lib/same-list.ts";
import { callInputText } from "../call-input.ts";
import { asText } from "../loose-json.ts";
import { assistantFields } from "./assistant-fields.ts";
import { wireFields, withoutLacking } from "./chat-fields.ts";
import { isForeignBlock } from "./foreign-blocks.ts";
import { encodeContent } from "./parts.ts";

export interface MessageStyle {
  /** The turn was read from this wire, and every detail of it is wanted back. */
  exact: boolean;
  /** The server takes the assistant's thinking back. */
  thinking: boolean;
}

/** Usually one message; results that share a turn with other parts stand in messages of their own, in front. */
export function encodeTurn(turn: Turn, style: MessageStyle): JsonObject[] {
  if (turn.role === "assistant") return [encodeAssistant(turn, style)];
  const text = style.exact ? null : onlyText(turn);
  if (text !== null) return [{ role: turn.role, content: text }];
  const isOwnMessage = (part: Part): part is ResultPart => part.kind === "result" && !isForeignBlock(part);
  const results = turn.parts.filter(isOwnMessage).map((part) => encodeResult(part, turn, style));
  const content = filterSame(turn.parts, (part) => !isOwnMessage(part) && (style.exact || !isEmptyText(part)));
  if (content.length === 0 && results.length > 0) return results;
  const role = asText(turn.home?.["$role"]) ?? turn.role;
  const message = { role, ...contentField(content, turn), ...wireFields(turn.home) };
  return [...results, message];
}

/** Of a turn that has nothing else to say; null where it has, or says it in a way of this wire's own. */
function onlyText({ parts, home }: Turn): string | null {
  const [part] = parts;
  const isOnly = home === undefined && parts.length === 1 && part?.kind === "text" && part.text !== "";
  return isOnly && part.citations === undefined && part.home === undefined ? part.text : null;
}

const isEmptyText = (part: Part): boolean => part.kind === "text" && part.text === "";

function contentField(parts: Part[], turn: Turn): JsonObject {
  const content = encodeContent(parts, asText(turn.home?.["$content"]));
  return content === undefined ? {} : { content };
}

function encodeResult(result: ResultPart, turn: Turn, style: MessageStyle): JsonObject {
  const parts = style.exact ? result.parts : filterSame(result.parts, (part) => !isEmptyText(part));
  const content = contentField(parts, turn);
  const isFunction = turn.home?.["$role"] === "function";
  const message: JsonObject = isFunction
    ? { role: "function", ...content }
    : { role: "tool", tool_call_id: result.id, ...content };
  if (style.exact && result.name !== undefined) message["name"] = result.name;
  return withoutLacking({ ...message, ...wireFields(turn.home) }, turn.home);
}

function encodeAssistant(turn: Turn, style: MessageStyle): JsonObject {
  const text = style.exact ? null : onlyText(turn);
  if (text !== null) return { role: "assistant", content: text };
  const parts = style.exact ? turn.parts : mapSame(turn.parts, readable);
  const fields = assistantFields(parts, {
    ...style,
    spelling: asText(turn.home?.["$content"]),
    callId: (call) => call.id,
  });
  // Who wants the thoughts of a turn that called tools back refuses the turn without the field.
  if (!style.exact && style.thinking && fields["tool_calls"] !== undefined) fields["reasoning_content"] ??= "";
  return { role: "assistant", ...fields, ...wireFields(turn.home) };
}

/** Some servers parse the arguments of calls gone by, and refuse the request when they are no JSON. */
function readable(part: Part): Part {
  if (part.kind !== "call" || part.custom) return part;
  const args = callInputText(part.args);
  return args === part.args ? part : { ...part, args };
}
