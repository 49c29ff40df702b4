/** The fields of an assistant's message that hold its parts: the same in requests and in answers. */
import type { JsonObject } from "../../ir/json.ts";
import type { CallPart, NativePart, Part } from "../../ir/part.ts";
import { asText } from "../loose-json.ts";
import { type CitedText, encodeCitation } from "./citations.ts";
import { isForeignBlock } from "./foreign-blocks.ts";
import { encodeMedia } from "./media-parts.ts";
import { AUDIO_TYPE, CALL_TYPE, encodeCall, encodeFunctionCall } from "./message-calls.ts";
import { encodeContent } from "./parts.ts";

export interface AssistantStyle {
  /** The parts were read from this wire, and every detail of them is wanted back. */
  exact: boolean;
  /** Thinking may be written. */
  thinking: boolean;
  /** Pictures may be written, whatever wire they came from. */
  pictures?: boolean;
  /** How the content was written. */
  spelling: string | null;
  callId(call: CallPart, n: number): string;
}

export function assistantFields(parts: Part[], style: AssistantStyle): JsonObject {
  const message: JsonObject = {};
  if (style.thinking) addThinking(message, parts);
  const calls = parts.filter((part): part is CallPart | NativePart => isCall(part));
  if (style.exact) addExactContent(message, parts, style.spelling);
  else addPlainContent(message, parts, calls.length > 0);
  addRefusal(message, parts);
  addBeside(message, parts, style);
  addCalls(message, calls, style);
  return message;
}

/** In content of this wire's own, and not in a field beside it. */
const isContent = (part: Part): boolean => {
  if (isForeignBlock(part)) return true;
  if (part.kind === "refusal") return part.home?.["$inContent"] === true;
  if (part.kind === "native") return part.type !== CALL_TYPE && part.type !== AUDIO_TYPE;
  return part.kind !== "thinking" && part.kind !== "call" && !isAnswerImage(part);
};
const isCall = (part: Part): boolean =>
  !isForeignBlock(part) && (part.kind === "call" || (part.kind === "native" && part.type === CALL_TYPE));
const isAnswerImage = (part: Part): boolean => part.kind === "image" && part.home?.["$answer"] === true;

function addThinking(message: JsonObject, parts: Part[]): void {
  for (const part of parts) {
    if (part.kind !== "thinking" || part.redacted || part.text === "" || isForeignBlock(part)) continue;
    if (part.home?.["$derived"] === true) continue;
    const name = asText(part.home?.["$field"]) ?? "reasoning_content";
    const before = asText(message[name]);
    message[name] = before === null ? part.text : `${before}\n\n${part.text}`;
  }
}

function addExactContent(message: JsonObject, parts: Part[], spelling: string | null): void {
  const content = parts.filter(isContent);
  const written = encodeContent(content, spelling);
  if (written !== undefined) message["content"] = written;
  const [text] = content;
  if (text?.kind !== "text" || !text.citations) return;
  const cited = { offset: 0, length: text.text.length };
  message["annotations"] = text.citations.map((citation) => encodeCitation(citation, cited, true));
}

/** One text, because not every server and client takes a list. Beside calls most of them want null rather than "". */
function addPlainContent(message: JsonObject, parts: Part[], hasCalls: boolean): void {
  let content = "";
  const annotations: JsonObject[] = [];
  let before: Part | undefined;
  for (const part of parts) {
    if (part.kind === "text" && part.text !== "") {
      content += textBreak(content !== "", before?.kind);
      const cited: CitedText = { offset: content.length, length: part.text.length };
      content += part.text;
      for (const citation of part.citations ?? []) annotations.push(...asList(encodeCitation(citation, cited)));
    }
    before = part;
  }
  message["content"] = content === "" && hasCalls ? null : content;
  if (annotations.length > 0) message["annotations"] = annotations;
}

/** Texts that follow each other are one text in pieces; those with something else in between are two. */
export const textBreak = (isLater: boolean, kindBefore: Part["kind"] | undefined): string =>
  isLater && kindBefore !== "text" ? "\n\n" : "";

const asList = <T>(value: T | null): T[] => (value === null ? [] : [value]);

function addRefusal(message: JsonObject, parts: Part[]): void {
  let refusal: string | undefined;
  for (const part of parts) if (part.kind === "refusal" && !isContent(part)) refusal = (refusal ?? "") + part.text;
  if (refusal !== undefined) message["refusal"] = refusal;
}

function addBeside(message: JsonObject, parts: Part[], style: AssistantStyle): void {
  const audio = parts.find((part) => part.kind === "native" && part.type === AUDIO_TYPE);
  if (audio?.kind === "native") message["audio"] = audio.raw;
  const isShown = (part: Part): boolean => isAnswerImage(part) || (style.pictures === true && part.kind === "image");
  const images = parts.filter(isShown).map(encodeMedia);
  if (images.length > 0) message["images"] = images;
}

function addCalls(message: JsonObject, calls: (CallPart | NativePart)[], style: AssistantStyle): void {
  const entries: JsonObject[] = [];
  for (const [n, call] of calls.entries()) {
    if (call.kind === "native") entries.push(call.raw);
    else if (call.home?.["$legacy"] === true) message["function_call"] = encodeFunctionCall(call, style.exact);
    else entries.push(encodeCall(call, style.callId(call, n), style.exact));
  }
  if (entries.length > 0) message["tool_calls"] = entries;
}
