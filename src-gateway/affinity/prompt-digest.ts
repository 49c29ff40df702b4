/** A prompt without its text: a number for each piece, what it weighs, and where in the conversation it stands. */
import type { RunHash } from "../lib/run-hash.ts";
import { addMeaning, isAllMeant } from "./piece-meaning.ts";
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

export function digestPrompt({ bytes, groups, names }: Prompt, hash: RunHash): PromptDigest {
  const digester = new Digester(bytes, hash.begin());
  const tools = digester.digest(groups.tools);
  const system = digester.digest(groups.system);
  const before = digester.answers;
  const messages = digester.digest(groups.messages);
  const beginning: number[] = [];
  for (const { speaker, hash: number } of messages) {
    if (speaker === "assistant" || before > 0) break;
    beginning.push(number);
  }
  const { totalBytes, answers } = digester;
  return { groups: { tools, system, messages }, names, totalBytes, answers, beginning };
}

class Digester {
  totalBytes = 0;
  answers = 0;
  private readonly bytes: Buffer;
  private readonly hash: RunHash;
  private lastSpeaker: PromptPiece["speaker"] = "user";

  constructor(bytes: Buffer, hash: RunHash) {
    this.bytes = bytes;
    this.hash = hash;
  }

  /** @returns those that mean something. */
  digest(pieces: readonly PromptPiece[]): readonly PromptPiece[] {
    const empty: PromptPiece[] = [];
    for (const piece of pieces) {
      const number = this.hashOf(piece);
      if (number === null) {
        empty.push(piece);
        continue;
      }
      piece.hash = number;
      piece.answersBefore = this.answers;
      this.totalBytes += piece.bytes;
      if (piece.speaker === "assistant" && this.lastSpeaker !== "assistant") this.answers++;
      this.lastSpeaker = piece.speaker;
    }
    return empty.length === 0 ? pieces : pieces.filter((piece) => !empty.includes(piece));
  }

  /** Null for one that means nothing. */
  private hashOf(piece: PromptPiece): number | null {
    const { bytes, hash } = this;
    if (isAllMeant(bytes, piece)) return hash.numberOf(bytes, piece.start, piece.end);
    return addMeaning(hash.begin(), bytes, piece) ? hash.number() : null;
  }
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

function hashesOf(pieces: readonly PromptPiece[]): readonly number[] {
  if (pieces.length === 0) return NO_PIECES;
  const hashes: number[] = [];
  for (const piece of pieces) hashes.push(piece.hash);
  // A list that was pushed to holds room for more.
  return hashes.slice();
}

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
