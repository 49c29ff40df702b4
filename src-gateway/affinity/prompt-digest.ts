/** A prompt without its text: a number for each piece, what it weighs, and where in the conversation it stands. */
import type { HashBytes } from "../lib/hash-bytes.ts";
import { meaningOf } from "./piece-meaning.ts";
import {
  type PiecePlace,
  PROMPT_GROUPS,
  type Prompt,
  type PromptGroup,
  type PromptPiece,
  pathOf,
} from "./prompt-pieces.ts";

export interface PieceDigest {
  /** 48 bits of the hash: a number takes a quarter of the room of a text. */
  hash: number;
  bytes: number;
  place: PiecePlace;
  /** How often the model has spoken before; the same on every wire, however it cuts messages. */
  answersBefore: number;
}

export interface PromptDigest {
  groups: Readonly<Record<PromptGroup, readonly PieceDigest[]>>;
  names: Prompt["names"];
  totalBytes: number;
  /** How often the model has spoken. */
  answers: number;
  /** Names the messages before the model spoke first. */
  beginning: string;
}

export function digestPrompt(prompt: Prompt, hash: HashBytes): PromptDigest {
  const groups: Record<PromptGroup, PieceDigest[]> = { tools: [], system: [], messages: [] };
  let totalBytes = 0;
  let answers = 0;
  let beginning = "";
  let before: PromptPiece["speaker"] = "user";
  for (const group of PROMPT_GROUPS) {
    for (const piece of prompt.groups[group]) {
      const meaning = meaningOf(prompt.bytes, piece, piece.isMarked);
      if (meaning.length === 0) continue;
      const bytes = piece.end - piece.start;
      const digest = hash(meaning).slice(0, 12);
      groups[group].push({ hash: Number.parseInt(digest, 16), bytes, place: piece.place, answersBefore: answers });
      totalBytes += bytes;
      if (piece.speaker === "assistant" && before !== "assistant") answers++;
      before = piece.speaker;
      if (group === "messages" && answers === 0) beginning += digest;
    }
  }
  return { groups, names: prompt.names, totalBytes, answers, beginning };
}

/** What is remembered of a digest. Plain arrays: a typed one of a few numbers takes ten times their room. */
export interface PromptMemory {
  hashes: Readonly<Record<PromptGroup, readonly number[]>>;
  answers: number;
}

const NO_PIECES: readonly number[] = [];

export function memoryOf(digest: PromptDigest): PromptMemory {
  const pack = (group: PromptGroup): readonly number[] => {
    const pieces = digest.groups[group];
    return pieces.length === 0 ? NO_PIECES : pieces.map((piece) => piece.hash);
  };
  return {
    hashes: { tools: pack("tools"), system: pack("system"), messages: pack("messages") },
    answers: digest.answers,
  };
}

export const piecesIn = ({ hashes }: PromptMemory): number =>
  hashes.tools.length + hashes.system.length + hashes.messages.length;

export interface PrefixComparison {
  sharedBytes: number;
  /** Null when the newer prompt only adds to the older one, or is the beginning of it. */
  difference: { path: string; group: PromptGroup; answersBefore: number } | null;
}

export function comparePrefix(before: PromptMemory, now: PromptDigest): PrefixComparison {
  let sharedBytes = 0;
  for (const group of PROMPT_GROUPS) {
    const older = before.hashes[group];
    const newer = now.groups[group];
    for (const [index, piece] of newer.entries()) {
      if (older[index] !== piece.hash) {
        // Messages are added at the end with every turn; whatever is added before them moves all that follows.
        if (group === "messages" && index >= older.length) return { sharedBytes, difference: null };
        return { sharedBytes, difference: { path: pathOf(piece.place), group, answersBefore: piece.answersBefore } };
      }
      sharedBytes += piece.bytes;
    }
    if (group !== "messages" && older.length > newer.length) {
      const path = `${now.names[group]}[${newer.length}]`;
      return { sharedBytes, difference: { path, group, answersBefore: 0 } };
    }
  }
  return { sharedBytes, difference: null };
}
