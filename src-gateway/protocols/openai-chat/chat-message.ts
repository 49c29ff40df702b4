/** One message as one turn. */
import type { JsonObject } from "../../ir/json.ts";
import type { Part, ThinkingPart, Turn } from "../../ir/part.ts";
import { asArray, asObject, asText } from "../loose-json.ts";
import { createTaker, invalid, type Taker, withHome } from "./chat-fields.ts";
import { decodeCitation } from "./citations.ts";
import { AUDIO_TYPE, decodeCall, decodeFunctionCall } from "./message-calls.ts";
import { decodeContent } from "./parts.ts";

/** @throws GatewayError invalid_request for what is no message. */
export function decodeMessage(message: unknown, where: string): Turn {
  const object = asObject(message);
  if (!object) throw invalid(where, "must be a message: an object with `role` and `content`.");
  const fields = createTaker(object);
  const role = fields.filled("role");
  if (role === undefined) throw invalid(`${where}.role`, "must be one of system, developer, user, assistant and tool.");
  if (role === "tool" || role === "function") return decodeResult(fields, role, where);
  if (role === "assistant") {
    const { parts, notes } = decodeAssistant(fields, where);
    return { role, parts, ...withHome(fields.rest(), notes) };
  }
  const { parts, spelling } = decodeContent(fields.any("content"), `${where}.content`);
  const neutral = role === "system" || role === "developer" ? "system" : "user";
  const notes = { $content: spelling, $role: role === neutral ? undefined : role };
  return { role: neutral, parts, ...withHome(fields.rest(), notes) };
}

function decodeResult(fields: Taker, role: "tool" | "function", where: string): Turn {
  const lacks = role === "tool" && !fields.has("tool_call_id") ? ["tool_call_id"] : [];
  const id = role === "tool" ? fields.text("tool_call_id") : undefined;
  const name = fields.filled("name");
  const { parts, spelling } = decodeContent(fields.any("content"), `${where}.content`);
  const notes = { $content: spelling, $role: role === "tool" ? undefined : role, $lacks: lacks };
  return {
    role: "user",
    parts: [{ kind: "result", id: id ?? "", ...(name === undefined ? {} : { name }), parts, isError: false }],
    ...withHome(fields.rest(), notes),
  };
}

const NONE: readonly unknown[] = [];

/** The parts of an assistant's message, of a request or an answer, in the order in which they are meant. */
export function decodeAssistant(fields: Taker, where: string): { parts: Part[]; notes: JsonObject } {
  const thinking = decodeThinking(fields);
  const { parts, spelling } = decodeContent(fields.any("content"), `${where}.content`);
  const cited = withCitations(parts, fields, spelling === undefined);
  const refusal = fields.filled("refusal");
  const audio = fields.object("audio");
  const isNamed = asText(asObject(fields.peek("function_call"))?.["name"]) !== null;
  const legacy = isNamed ? fields.object("function_call") : undefined;
  const calls = fields.list("tool_calls") ?? NONE;
  const all: Part[] = thinking ? [thinking, ...cited] : cited.slice();
  if (refusal !== undefined) all.push({ kind: "refusal", text: refusal });
  if (audio) all.push({ kind: "native", wire: "openai-chat", type: AUDIO_TYPE, raw: audio });
  if (legacy) all.push(decodeFunctionCall(legacy));
  for (let n = 0; n < calls.length; n++) {
    const object = asObject(calls[n]);
    if (!object) throw invalid(`${where}.tool_calls[${n}]`, "must be a tool call: an object.");
    all.push(decodeCall(object));
  }
  return { parts: all, notes: { $content: spelling } };
}

/** Custom of DeepSeek and those who followed, or of OpenRouter and vLLM. Others of these fields stay as they are. */
function decodeThinking(fields: Taker): ThinkingPart | null {
  const content = fields.filled("reasoning_content");
  if (content !== undefined) return { kind: "thinking", text: content };
  const text = fields.filled("reasoning");
  if (text !== undefined) return { kind: "thinking", text, home: { $field: "reasoning" } };
  const said = fields.peek("reasoning_details");
  const details = said === undefined ? "" : thinkingOfDetails(said);
  return details === "" ? null : { kind: "thinking", text: details, home: { $derived: true } };
}

/** What may be shown of OpenRouter's `reasoning_details`; they themselves go home among the message's own fields. */
export const thinkingOfDetails = (details: unknown): string =>
  asArray(details)
    .map((entry) => asObject(entry))
    .map((entry) => asText(entry?.["text"]) ?? asText(entry?.["summary"]) ?? "")
    .join("");

/** Annotations cite ranges of the one text; if one of them is of another kind, all of them stay as they are. */
function withCitations(parts: Part[], fields: Taker, isPlainText: boolean): Part[] {
  const [text] = parts;
  if (!isPlainText || text?.kind !== "text" || fields.peek("annotations") === undefined) return parts;
  const citations = asArray(fields.peek("annotations")).map((entry) => decodeCitation(asObject(entry) ?? {}));
  const known = citations.filter((citation) => citation !== null);
  if (known.length === 0 || known.length < citations.length) return parts;
  fields.any("annotations");
  return [{ ...text, citations: known }];
}
