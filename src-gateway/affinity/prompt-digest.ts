/** A prompt without its text: a number for each piece, what it weighs, and where in the conversation it stands. */
import type { RunHash } from "../lib/run-hash.ts";
import { addMeaning } from "./piece-meaning.ts";
import { PROMPT_GROUPS, type Prompt, type PromptGroup, type PromptPiece, pathOf } from "./prompt-pieces.ts";

export interface PromptDigest {
  /** Without those that mean nothing. */
  groups: Readonly<Record<PromptGroup, readonly PromptPiece[]>>;
  names: Prompt["names"];
  totalBytes: number;
  /** How often the model has spoken. */
  answers: number;
  /** The hashes of the messages before the model spoke first. */
  beginning: readonly number[];
}

export function digestPrompt(prompt: Prompt, hash: RunHash): PromptDigest {
  const { bytes, names } = prompt;
  const groups: Record<PromptGroup, readonly PromptPiece[]> = { ...prompt.groups };
  const beginning: number[] = [];
  let totalBytes = 0;
  let answers = 0;
  let before: PromptPiece["speaker"] = "user";
  for (const group of PROMPT_GROUPS) {
    const empty: PromptPiece[] = [];
    for (const piece of groups[group]) {
      hash.begin();
      if (!addMeaning(hash, bytes, piece)) {
        empty.push(piece);
        continue;
      }
      piece.hash = hash.number();
      piece.answersBefore = answers;
      totalBytes += piece.bytes;
      if (piece.speaker === "assistant" && before !== "assistant") answers++;
      before = piece.speaker;
      if (group === "messages" && answers === 0) beginning.push(piece.hash);
    }
    if (empty.length > 0) groups[group] = groups[group].filter((piece) => !empty.includes(piece));
  }
  return { groups, names, totalBytes, answers, beginning };
}

/** What is remembered of a digest. Plain arrays: a typed one of a few numbers takes ten times their room. */
export interface PromptMemory {
  tools: readonly number[];
  system: readonly number[];
  messages: readonly number[];
  answers: number;
}

const NO_PIECES: readonly number[] = [];

export const memoryOf = ({ groups, answers }: PromptDigest): PromptMemory => ({
  tools: hashesOf(groups.tools),
  system: hashesOf(groups.system),
  messages: hashesOf(groups.messages),
  answers,
});

const hashesOf = (pieces: readonly PromptPiece[]): readonly number[] =>
  pieces.length === 0 ? NO_PIECES : pieces.map((piece) => piece.hash);

export const piecesIn = ({ tools, system, messages }: PromptMemory): number =>
  tools.length + system.length + messages.length;

export interface PrefixComparison {
  sharedBytes: number;
  /** Null when the newer prompt only adds to the older one, or is the beginning of it. */
  difference: { path: string; group: PromptGroup; answersBefore: number } | null;
}

export function comparePrefix(before: PromptMemory, now: PromptDigest): PrefixComparison {
  let sharedBytes = 0;
  for (const group of PROMPT_GROUPS) {
    const older = before[group];
    const newer = now.groups[group];
    for (const [index, piece] of newer.entries()) {
      if (older[index] !== piece.hash) {
        // Messages are added at the end with every turn; whatever is added before them moves all that follows.
        if (group === "messages" && index >= older.length) return { sharedBytes, difference: null };
        return { sharedBytes, difference: { path: pathOf(piece), group, answersBefore: piece.answersBefore } };
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
