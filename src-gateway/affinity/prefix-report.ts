/** Says of each turn how much of its prompt the provider has seen before, and who changed what it has not. */
import type { ProviderWire, WireProtocol } from "../ir/protocol.ts";
import type { Clock } from "../lib/clock.ts";
import { JsonScanError, scanJson } from "../lib/json-scan.ts";
import type { RunHash } from "../lib/run-hash.ts";
import { promptFamily } from "./conversation-key.ts";
import {
  comparePrefix,
  digestPrompt,
  memoryOf,
  type PrefixComparison,
  type PromptDigest,
  type PromptMemory,
  piecesIn,
} from "./prompt-digest.ts";
import { PROMPT_GROUPS, type ScannedBody, splitPrompt } from "./prompt-pieces.ts";
import { createThreadMemory, type ThreadMemory } from "./thread-memory.ts";
import type { Home, PrefixReport } from "./types.ts";

export interface PrefixTurn {
  /** Of the client's key, and of the agent's session where its headers name one: see `promptFamily`. */
  owner: string;
  session: string | null;
  /** What the client sent. */
  asked: { wire: WireProtocol; model: string; body: ScannedBody };
  /** What the provider was sent; null when its prompt is the client's, byte for byte. */
  sent: { wire: ProviderWire; bytes: Buffer } | null;
  home: Home;
}

export interface PrefixTurnResult {
  /** Null when no turn before this one is known, or the body is not the whole prompt. */
  report: PrefixReport | null;
  /** The provider has taken the prompt: the next turn is compared with this one. */
  keep(): void;
}

export interface PrefixReports {
  compare(turn: PrefixTurn): PrefixTurnResult;
}

export interface PrefixReportOptions {
  clock: Clock;
  hash: RunHash;
  lifetimeMs?: number;
  /** Pieces of prompts that are remembered in all, as asked and as sent; 8 bytes each. A turn counts for more than its pieces. */
  maxPieces?: number;
  /** A prompt of more pieces is neither compared nor remembered. */
  maxPiecesPerPrompt?: number;
  /** A longer body is not compared: walking and hashing one megabyte takes some 4 ms. */
  maxBytes?: number;
}

/** A turn as it is remembered. */
export interface SeenTurn {
  home: Home;
  modelAsked: string;
  asked: PromptMemory;
  sent: PromptMemory;
}

/** What a turn takes besides its pieces, in the room of so many: its name, its place, and what holds them together. */
const PIECES_PER_TURN = 64;

const NOTHING: PrefixTurnResult = { report: null, keep() {} };

export function createPrefixReports(options: PrefixReportOptions): PrefixReports {
  const { clock, hash, lifetimeMs = 3_600_000, maxPieces = 1_000_000 } = options;
  const { maxPiecesPerPrompt = 20_000, maxBytes = 8 * 1024 * 1024 } = options;
  const memory = createThreadMemory<SeenTurn>({ clock, lifetimeMs, maxWeight: maxPieces });

  return {
    compare(turn) {
      if (Math.max(turn.asked.body.bytes.length, turn.sent?.bytes.length ?? 0) > maxBytes) return NOTHING;
      const asked = digest(turn.asked.wire, turn.asked.body, hash);
      const sent = turn.sent ? digestSent(turn.sent, hash) : asked;
      if (!asked || !sent) return NOTHING;
      const askedMemory = memoryOf(asked);
      const sentMemory = sent === asked ? askedMemory : memoryOf(sent);
      const seen: SeenTurn = {
        home: turn.home,
        modelAsked: turn.asked.model,
        asked: askedMemory,
        sent: sentMemory,
      };
      const weight = PIECES_PER_TURN + piecesIn(askedMemory) + (sent === asked ? 0 : piecesIn(sentMemory));
      if (Math.max(piecesIn(askedMemory), piecesIn(sentMemory)) > maxPiecesPerPrompt) return NOTHING;
      const conversation = promptFamily(
        { owner: turn.owner, session: turn.session, body: turn.asked.body },
        asked,
        hash,
      );
      const before = turnBefore(memory, conversation, asked);
      return {
        report: before ? reportOn(before, { seen, asked, sent }) : null,
        keep() {
          memory.replace(conversation, before, seen, weight);
        },
      };
    },
  };
}

function digest(wire: ProviderWire, body: ScannedBody, hash: RunHash): PromptDigest | null {
  const prompt = splitPrompt(wire, body, "end");
  return prompt && digestPrompt(prompt, hash);
}

function digestSent(sent: { wire: ProviderWire; bytes: Buffer }, hash: RunHash): PromptDigest | null {
  try {
    return digest(sent.wire, { bytes: sent.bytes, root: scanJson(sent.bytes) }, hash);
  } catch (error) {
    // A report is not worth a request: what cannot be read is not compared.
    if (error instanceof JsonScanError) return null;
    throw error;
  }
}

/**
 * A session holds several threads: the agent's, its helpers', one-off questions. The turn before is the one that shares the
 * most messages, or, where the very first message changed, one with the same system prompt and fewer answers.
 */
function turnBefore(memory: ThreadMemory<SeenTurn>, conversation: string, asked: PromptDigest): SeenTurn | null {
  if (asked.answers === 0) return null;
  const threads = memory.threads(conversation);
  if (threads.length === 0) return null;
  const bytesByHash = new Map(asked.groups.messages.map((piece) => [piece.hash, piece.bytes]));
  let best: SeenTurn | null = null;
  let most = 0;
  for (const seen of threads) {
    let shared = 0;
    for (const hash of seen.asked.messages) shared += bytesByHash.get(hash) ?? 0;
    if (shared === 0 && seen.asked.answers < asked.answers && hasSameSystem(seen.asked, asked)) shared = 1;
    // Of equals the latest: threads come in the order of their last turns.
    if (shared > 0 && shared >= most) {
      best = seen;
      most = shared;
    }
  }
  return best;
}

function hasSameSystem(before: PromptMemory, now: PromptDigest): boolean {
  const { system } = before;
  return (
    system.length > 0 &&
    system.length === now.groups.system.length &&
    now.groups.system.every((piece, index) => piece.hash === system[index])
  );
}

function reportOn(before: SeenTurn, now: { seen: SeenTurn; asked: PromptDigest; sent: PromptDigest }): PrefixReport {
  const { totalBytes } = now.sent;
  const moved = movedBy(before, now.seen);
  if (moved) return { sharedBytes: 0, totalBytes, firstDifference: moved };
  const { sharedBytes, difference } = comparePrefix(before.sent, now.sent);
  if (difference === null) return { sharedBytes, totalBytes, firstDifference: null };
  const own = comparePrefix(before.asked, now.asked).difference;
  const by = own !== null && !comesBefore(difference, own) ? "client" : "gateway";
  return { sharedBytes, totalBytes, firstDifference: { path: difference.path, by } };
}

/** No cache is shared between providers, accounts or models, so nothing else matters then. */
function movedBy(before: SeenTurn, now: SeenTurn): PrefixReport["firstDifference"] {
  const by = before.modelAsked === now.modelAsked ? "gateway" : "client";
  const path = (["provider", "key", "model"] as const).find((name) => before.home[name] !== now.home[name]);
  return path === undefined ? null : { path, by };
}

type Difference = NonNullable<PrefixComparison["difference"]>;

/** Wires cut a conversation differently, but on all of them a piece stands in a group and after so many answers. */
function comesBefore(one: Difference, other: Difference): boolean {
  const groups = PROMPT_GROUPS.indexOf(one.group) - PROMPT_GROUPS.indexOf(other.group);
  return groups < 0 || (groups === 0 && one.answersBefore < other.answersBefore);
}
