/** A request body as the pieces of its prompt, in the order in which providers cache them, found without parsing it. */
import type { ProviderWire } from "../ir/protocol.ts";
import type { ScannedMember, ScannedObject } from "../lib/json-scan.ts";
import { firstElementAt, type JsonSpan, nextElementAt, skipValue } from "../lib/json-walk.ts";
import { plainBeginning } from "../lib/plain-message.ts";
import { findMark } from "./piece-meaning.ts";
import { type Speaker, speakerIn, speakerOf } from "./speaker.ts";

/** A body, and where its top-level members stand. */
export interface ScannedBody {
  bytes: Buffer;
  root: ScannedObject;
}

/** One object for each: a long conversation has hundreds. */
export class PromptPiece implements JsonSpan {
  readonly start: number;
  readonly end: number;
  /** The member that it stands in, and where in it; null where that is the piece itself. */
  readonly name: string;
  readonly index: number | null;
  speaker: Speaker = "user";
  /** Whether it may hold marks of a cache. */
  isMarked = false;
  /** Whether it begins with its role, and then a content that is a text. */
  isPlain = false;
  /** Of what it means, 52 bits; filled in by `digestPrompt`, as is how often the model has spoken before. */
  hash = 0;
  answersBefore = 0;

  constructor(start: number, end: number, name: string, index: number | null) {
    this.start = start;
    this.end = end;
    this.name = name;
    this.index = index;
  }

  get bytes(): number {
    return this.end - this.start;
  }
}

/** For people, for example `system[0]`. */
export const pathOf = ({ name, index }: Pick<PromptPiece, "name" | "index">): string =>
  index === null ? name : `${name}[${index}]`;

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
  const systemName = places.system?.find((name) => members.has(name)) ?? places.system?.[0];
  const tools = split(body, members.get(places.tools), places.tools, "system");
  let system = systemName === undefined ? NO_PIECES : split(body, members.get(systemName), systemName, "system");
  let messages = split(body, history, places.messages, null, until);
  // Where the system prompt is a message it is cached like one, but stands in front.
  let leading = 0;
  while (messages[leading]?.speaker === "system") leading++;
  if (leading > 0) {
    const first = messages.slice(0, leading);
    system = system.length === 0 ? first : [...system, ...first];
    messages = messages.slice(leading);
  }
  const groups = { tools, system, messages };
  const names = { tools: places.tools, system: systemName ?? places.messages, messages: places.messages };
  return { bytes, groups, names };
}

const NO_PIECES: readonly PromptPiece[] = [];

/** @param speaker null where each piece says who speaks. */
function split(
  { bytes, root }: ScannedBody,
  value: ScannedMember | undefined,
  name: string,
  speaker: Speaker | null,
  until: "answer" | "end" = "end",
): readonly PromptPiece[] {
  if (value === undefined || (value.kind !== "array" && value.kind !== "string" && value.kind !== "object"))
    return NO_PIECES;
  const { elements } = value;
  const isList = value.kind === "array";
  const pieces: PromptPiece[] = [];
  for (let start = isList ? firstElementAt(bytes, value) : value.start; start >= 0; ) {
    const end = !isList ? value.end : (elements?.[2 * pieces.length + 1] ?? skipValue(bytes, start));
    const piece = new PromptPiece(start, end, name, isList ? pieces.length : null);
    if (speaker === null) noteSpeaker(bytes, piece);
    else piece.speaker = speaker;
    if (until === "answer" && piece.speaker === "assistant") break;
    pieces.push(piece);
    start = isList ? nextElementAt(bytes, value, end) : -1;
  }
  if (root.mayHoldMarks) noteMarks(bytes, pieces);
  return pieces;
}

function noteSpeaker(bytes: Buffer, piece: PromptPiece): void {
  const plain = plainBeginning(bytes, piece.start);
  piece.isPlain = plain !== null;
  piece.speaker = plain === null ? speakerOf(bytes, piece) : speakerIn(plain.role);
}

/** From mark to mark: most pieces have none, and a search for each of them would cost more than their bytes. */
function noteMarks(bytes: Buffer, pieces: readonly PromptPiece[]): void {
  const end = pieces.at(-1)?.end ?? 0;
  let mark = -1;
  for (const piece of pieces) {
    if (mark < piece.start) mark = findMark(bytes, piece.start, end);
    piece.isMarked = mark < piece.end;
  }
}
