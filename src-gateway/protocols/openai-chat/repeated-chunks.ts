/**
 * Chunks of a stream that say what the one before said, but for their piece of text: nearly all of them. Those are told by
 * their bytes, and need no parser. Whatever differs in any other byte is parsed, and may be what the next ones repeat.
 */
import type { JsonObject } from "../../ir/json.ts";
import { skipSpace, skipString } from "../../lib/json-walk.ts";
import { asArray, asObject } from "../loose-json.ts";
import {
  type CopiedPieces,
  copyPieces,
  type HeardFrame,
  type PieceFrame,
  pieceFrame,
  type Scratch,
} from "../piece-frame.ts";
import type { SseFrame } from "../sse/splitter.ts";

export type PieceKind = "text" | "thinking";

export interface RepeatedChunks {
  /** What the text of the last one is that was learnt. */
  readonly kind: PieceKind;
  /** The text of a chunk that is like the last one that was learnt; null for any other. */
  read(data: Buffer): string | null;
  /** The same of whole frames, from `at` on: their texts in frames of another wire. */
  copy(bytes: Buffer, at: number, to: PieceFrame, scratch: Scratch): CopiedPieces | null;
  /** A chunk that was parsed. */
  learn(frame: SseFrame, json: JsonObject): void;
}

interface Pattern {
  /** Of the chunk, up to the text's opening quote, and from its closing quote on; of the latter up to padding, and what follows. */
  data: Omit<HeardFrame, "between">;
  /** Of its whole frame; null where that is more than the chunk on a line of its own. */
  raw: HeardFrame | null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** Where texts stand in a delta. */
const KINDS: Readonly<Record<string, PieceKind>> = {
  content: "text",
  reasoning_content: "thinking",
  reasoning: "thinking",
};
const FIELD = /^data: ?$/;
/** The end of the line, and the empty one. */
const FRAME_END = Buffer.from("\n\n");
/** Random letters by which OpenAI hides the lengths of its chunks. */
const PADDING = Buffer.from('"obfuscation":"');
/** A stream whose chunks never repeat each other is not learnt from any longer. */
const MAX_VAIN = 4;

export const createRepeatedChunks = (): RepeatedChunks => new Chunks();

class Chunks implements RepeatedChunks {
  kind: PieceKind = "text";
  private pattern: Pattern | null = null;
  /** How many were learnt since one was last read. */
  private vain = 0;

  read(data: Buffer): string | null {
    const { pattern } = this;
    if (pattern === null) return null;
    const { before, after, last } = pattern.data;
    const start = before.length;
    if (data.length < start || data.compare(before, 0, start, 0, start) !== 0) return null;
    const end = stringEnd(data, start);
    const behind = end + after.length;
    if (behind > data.length || data.compare(after, 0, after.length, end, behind) !== 0) return null;
    if (last.length > 0 && !endsWith(data, behind, last)) return null;
    if (last.length === 0 && behind !== data.length) return null;
    const text = textOf(data, start, end);
    if (text !== null) this.vain = 0;
    return text;
  }

  copy(bytes: Buffer, at: number, to: PieceFrame, scratch: Scratch): CopiedPieces | null {
    const frame = this.pattern?.raw ?? null;
    const copied = frame === null ? null : copyPieces(bytes, at, frame, to, scratch);
    if (copied !== null) this.vain = 0;
    return copied;
  }

  learn({ raw, data, event }: SseFrame, json: JsonObject): void {
    if (this.vain >= MAX_VAIN || data === null) return;
    const piece = onlyPiece(json);
    const start = piece === null ? -1 : placeOf(data, piece);
    if (piece === null || start < 0) return;
    this.vain++;
    this.kind = piece.kind;
    const around = aroundText(data, start);
    this.pattern = { data: around, raw: event === null ? rawFrame(around, raw, data) : null };
  }
}

interface Piece {
  name: string;
  kind: PieceKind;
  text: string;
}

/** The text, where the chunk says nothing else that a reader would have to hear of again. */
function onlyPiece(json: JsonObject): Piece | null {
  const choices = asArray(json["choices"]);
  const choice = asObject(choices[0]);
  const delta = asObject(choice?.["delta"]);
  if (choices.length !== 1 || choice === null || delta === null) return null;
  const { finish_reason: reason, text } = choice;
  if ((reason ?? "") !== "" || (text ?? "") !== "") return null;
  const heard = Object.entries(delta).filter(([name, value]) => name !== "role" && !isEmpty(value));
  const [name, said] = heard[0] ?? ["content", delta["content"]];
  const kind = KINDS[name];
  return heard.length <= 1 && kind && typeof said === "string" ? { name, kind, text: said } : null;
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** Where the text begins behind the only key of that name; -1 where that cannot be said. */
function placeOf(data: Buffer, { name, text }: Piece): number {
  const quoted = Buffer.from(`"${name}"`);
  const key = data.indexOf(quoted);
  if (key < 0 || data.indexOf(quoted, key + 1) >= 0) return -1;
  const colon = skipSpace(data, key + quoted.length);
  const quote = skipSpace(data, colon + 1);
  if (data[colon] !== COLON || data[quote] !== QUOTE) return -1;
  return textOf(data, quote + 1, skipString(data, quote) - 1) === text ? quote + 1 : -1;
}

function aroundText(data: Buffer, start: number): Pattern["data"] {
  const end = stringEnd(data, start);
  const padding = data.indexOf(PADDING, end);
  // The chunk itself is a part of something larger, which need not be kept.
  const copy = (from: number, to?: number): Buffer => Buffer.from(data.subarray(from, to));
  if (padding < 0) return { before: copy(0, start), after: copy(end), last: copy(0, 0) };
  const padded = padding + PADDING.length;
  return { before: copy(0, start), after: copy(end, padded), last: copy(stringEnd(data, padded)) };
}

/** The same with what stands around the data; null where that is more than a field's name, and may be read in other ways. */
function rawFrame({ before, after, last }: Pattern["data"], raw: Buffer, data: Buffer): HeardFrame | null {
  const at = data.byteOffset - raw.byteOffset;
  const isInside = data.buffer === raw.buffer && at >= 0 && at + data.length <= raw.length;
  if (!isInside || !FIELD.test(raw.toString("latin1", 0, at))) return null;
  if (!raw.subarray(at + data.length).equals(FRAME_END)) return null;
  const start = Buffer.concat([raw.subarray(0, at), before]);
  if (last.length > 0) return { ...pieceFrame(start, after), last: Buffer.concat([last, FRAME_END]) };
  return { ...pieceFrame(start, Buffer.concat([after, FRAME_END])), last };
}

/** Behind padding that holds no escapes. */
function endsWith(data: Buffer, from: number, last: Buffer): boolean {
  const end = stringEnd(data, from);
  if (data.length - end !== last.length || data.compare(last, 0, last.length, end) !== 0) return false;
  for (let at = from; at < end; at++) if (data[at] === BACKSLASH || (data[at] ?? 0) < 0x20) return false;
  return true;
}

/** Of its closing quote. */
const stringEnd = (data: Buffer, start: number): number => skipString(data, start - 1) - 1;

/** Null for what is no text of a JSON string. */
function textOf(data: Buffer, start: number, end: number): string | null {
  for (let at = start; at < end; at++) {
    const byte = data[at] ?? 0;
    if (byte === BACKSLASH || byte < 0x20) return parsed(data.toString("utf8", start - 1, end + 1));
  }
  return data.toString("utf8", start, end);
}

function parsed(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}
