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
  const tools = split(body, members.get(places.tools), places.tools);
  let system = systemName === undefined ? NO_PIECES : split(body, members.get(systemName), systemName);
  const { leading, messages } = splitHistory(body, history, places.messages, until);
  // Where the system prompt is a message it is cached like one, but stands in front.
  if (leading.length > 0) system = system.length === 0 ? leading : [...system, ...leading];
  const groups = { tools, system, messages };
  const names = { tools: places.tools, system: systemName ?? places.messages, messages: places.messages };
  return { bytes, groups, names };
}

const NO_PIECES: readonly PromptPiece[] = [];

/** What stands beside the messages is all of the system's. */
function split({ bytes, root }: ScannedBody, value: ScannedMember | undefined, name: string): readonly PromptPiece[] {
  if (value === undefined || (value.kind !== "array" && value.kind !== "string" && value.kind !== "object"))
    return NO_PIECES;
  const pieces: PromptPiece[] = [];
  for (let piece = firstPiece(bytes, value, name); piece !== null; piece = nextPiece(bytes, value, piece)) {
    piece.speaker = "system";
    pieces.push(piece);
  }
  if (root.mayHoldMarks) noteMarks(bytes, pieces);
  return pieces;
}

/** Each message says who speaks; those of the system that come first stand apart. */
function splitHistory(
  { bytes, root }: ScannedBody,
  value: ScannedMember,
  name: string,
  until: "answer" | "end",
): Record<"leading" | "messages", readonly PromptPiece[]> {
  const leading: PromptPiece[] = [];
  const messages: PromptPiece[] = [];
  for (let piece = firstPiece(bytes, value, name); piece !== null; piece = nextPiece(bytes, value, piece)) {
    noteSpeaker(bytes, piece, value);
    if (until === "answer" && piece.speaker === "assistant") break;
    if (messages.length === 0 && piece.speaker === "system") leading.push(piece);
    else messages.push(piece);
  }
  if (root.mayHoldMarks) {
    noteMarks(bytes, leading);
    noteMarks(bytes, messages);
  }
  return { leading, messages };
}

function firstPiece(bytes: Buffer, value: ScannedMember, name: string): PromptPiece | null {
  if (value.kind !== "array") return new PromptPiece(value.start, value.end, name, null);
  if (value.elements !== null) return knownPiece(value.elements, name, 0);
  return pieceAt(bytes, firstElementAt(bytes, value), name, 0);
}

function nextPiece(bytes: Buffer, value: ScannedMember, { end, name, index }: PromptPiece): PromptPiece | null {
  if (index === null) return null;
  if (value.elements !== null) return knownPiece(value.elements, name, index + 1);
  return pieceAt(bytes, nextElementAt(bytes, value, end), name, index + 1);
}

function knownPiece(elements: readonly number[], name: string, index: number): PromptPiece | null {
  const start = elements[2 * index];
  return start === undefined ? null : new PromptPiece(start, elements[2 * index + 1] ?? start, name, index);
}

/** @param start negative behind the last. */
const pieceAt = (bytes: Buffer, start: number, name: string, index: number): PromptPiece | null =>
  start < 0 ? null : new PromptPiece(start, skipValue(bytes, start), name, index);

function noteSpeaker(bytes: Buffer, piece: PromptPiece, { elements, beginnings }: ScannedMember): void {
  const plain = elements === null ? plainBeginning(bytes, piece.start) : beginnings[piece.index ?? 0];
  piece.isPlain = plain !== null && plain !== undefined;
  piece.speaker = plain ? speakerIn(plain.role) : speakerOf(bytes, piece);
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
