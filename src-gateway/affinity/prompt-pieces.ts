/** A request body as the pieces of its prompt, in the order in which providers cache them, found without parsing it. */
import type { ProviderWire } from "../ir/protocol.ts";
import type { ScannedObject } from "../lib/json-scan.ts";
import { eachElement, isArrayAt, isObjectAt, isStringAt, type JsonSpan } from "../lib/json-walk.ts";
import { type Speaker, speakerOf } from "./speaker.ts";

/** A body, and where its top-level members stand. */
export interface ScannedBody {
  bytes: Buffer;
  root: ScannedObject;
}

export interface PromptPiece extends JsonSpan {
  /** For people, for example `system[0]`. */
  path: string;
  speaker: Speaker;
}

export const PROMPT_GROUPS = ["tools", "system", "messages"] as const;
export type PromptGroup = (typeof PROMPT_GROUPS)[number];

export interface Prompt {
  bytes: Buffer;
  groups: Readonly<Record<PromptGroup, readonly PromptPiece[]>>;
  /** What the wire calls each group. */
  names: Readonly<Record<PromptGroup, string>>;
}

interface Places {
  tools: string;
  system?: readonly string[];
  messages: string;
}

const PLACES: Readonly<Record<ProviderWire, Places>> = {
  "openai-chat": { tools: "tools", messages: "messages" },
  "openai-responses": { tools: "tools", system: ["instructions"], messages: "input" },
  "anthropic-messages": { tools: "tools", system: ["system"], messages: "messages" },
  "gemini-content": { tools: "tools", system: ["systemInstruction", "system_instruction"], messages: "contents" },
  "bedrock-converse": { tools: "toolConfig", system: ["system"], messages: "messages" },
  "cohere-chat": { tools: "tools", messages: "messages" },
  "ollama-chat": { tools: "tools", messages: "messages" },
};

/** The provider adds what it remembers in front, so that the body is not the prompt. */
const CONTINUES = ["previous_response_id", "conversation"];

/**
 * Null where the body holds no conversation, or not the whole of it.
 * @param until `answer` stops before the first piece that a model wrote.
 */
export function splitPrompt(wire: ProviderWire, body: ScannedBody, until: "answer" | "end"): Prompt | null {
  const { bytes, root } = body;
  const { members } = root;
  const places = PLACES[wire];
  const history = members.get(places.messages);
  if (history === undefined || (history.kind !== "array" && history.kind !== "string")) return null;
  if (wire === "openai-responses" && CONTINUES.some((name) => (members.get(name)?.kind ?? "null") !== "null"))
    return null;
  const tools: PromptPiece[] = [];
  const system: PromptPiece[] = [];
  const messages: PromptPiece[] = [];
  split(bytes, members.get(places.tools), places.tools, (piece) => {
    tools.push({ ...piece, speaker: "system" });
  });
  const systemName = places.system?.find((name) => members.has(name)) ?? places.system?.[0];
  if (systemName !== undefined) {
    split(bytes, members.get(systemName), systemName, (piece) => {
      system.push({ ...piece, speaker: "system" });
    });
  }
  split(bytes, history, places.messages, (piece) => {
    const speaker = speakerOf(bytes, piece);
    if (until === "answer" && speaker === "assistant") return false;
    // Where the system prompt is a message it is cached like one, but stands in front.
    const isLeading = speaker === "system" && messages.length === 0;
    (isLeading ? system : messages).push({ ...piece, speaker });
    return undefined;
  });
  const names = { tools: places.tools, system: systemName ?? places.messages, messages: places.messages };
  return { bytes, groups: { tools, system, messages }, names };
}

function split(
  bytes: Buffer,
  value: JsonSpan | undefined,
  name: string,
  visit: (piece: JsonSpan & { path: string }) => boolean | undefined | void,
): void {
  if (value === undefined) return;
  if (isArrayAt(bytes, value)) {
    eachElement(bytes, value, (element, index) => {
      return visit({ start: element.start, end: element.end, path: `${name}[${index}]` }) ?? undefined;
    });
  } else if (isStringAt(bytes, value) || isObjectAt(bytes, value)) {
    visit({ start: value.start, end: value.end, path: name });
  }
}
