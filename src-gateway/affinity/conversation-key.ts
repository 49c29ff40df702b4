/** One name for all turns of a conversation, read from what arrived. */
import type { WireProtocol } from "../ir/protocol.ts";
import type { HashBytes } from "../lib/hash-bytes.ts";
import type { JsonSpan } from "../lib/json-walk.ts";
import { meaningOf } from "./piece-meaning.ts";
import type { PromptDigest } from "./prompt-digest.ts";
import { PROMPT_GROUPS, type Prompt, type PromptGroup, type ScannedBody, splitPrompt } from "./prompt-pieces.ts";

export interface ConversationFacts {
  /** Id of the client's key: conversations of two keys are never one. */
  owner: string;
  wire: WireProtocol;
  /** As the agent names it in its headers; null when it names none. */
  session: string | null;
  /** As it was asked for: each model has a cache of its own. */
  model: string;
  body: ScannedBody;
}

/** Longer values of `metadata` are not searched. */
const MAX_METADATA_BYTES = 4_096;

/** Claude Code named its session inside the user's id before it had a header for it; both of its spellings. */
const SESSION_IN_USER_ID = /session(?:_id\\":\\"|_)([0-9a-f]{8}-[0-9a-f-]{27})/;

const COMMA = 0x2c;
/** What stands between two pieces of a body that has no white space. */
const SEPARATOR = Buffer.from(",");
/** In lines of their own, as no JSON has them outside of its quotes. */
const GROUP_NAMES: Readonly<Record<PromptGroup, Buffer>> = {
  tools: Buffer.from("\ntools\n"),
  system: Buffer.from("\nsystem\n"),
  messages: Buffer.from("\nmessages\n"),
};

/**
 * The agent's session, or else a hash of how the conversation begins: tools, system prompt and all up to the model's first
 * answer. Null where the request is no conversation.
 */
export function conversationKey(facts: ConversationFacts, hash: HashBytes): string | null {
  const name = sessionOf(facts) ?? beginningOf(facts, hash);
  return name === null ? null : keyOf(facts.owner, facts.model, name);
}

/**
 * Wider than `conversationKey`: conversations that begin with the same messages, whatever their tools and system prompt.
 * A client that changes those with every turn has a new conversation each time, and a report should say why.
 */
export function promptFamily(
  facts: Pick<ConversationFacts, "owner" | "session" | "body">,
  digest: PromptDigest,
): string {
  return keyOf(facts.owner, "", sessionOf(facts) ?? `prompt ${digest.beginning}`);
}

/** As JSON, so that no part can pretend to be two. */
const keyOf = (...parts: [owner: string, model: string, name: string]): string => JSON.stringify(parts);

function sessionOf({ session, body }: Pick<ConversationFacts, "session" | "body">): string | null {
  const named = session ?? sessionInMetadata(body);
  return named === null ? null : `session ${named}`;
}

function beginningOf({ wire, body }: ConversationFacts, hash: HashBytes): string | null {
  const prompt = splitPrompt(wire, body, "answer");
  return prompt && `prompt ${hash(partsOf(prompt))}`;
}

/** What is hashed. Pieces that stand side by side as they are make one part: each part costs a call. */
function partsOf({ bytes, groups }: Prompt): Buffer[] {
  const parts: Buffer[] = [];
  for (const group of PROMPT_GROUPS) {
    let before = GROUP_NAMES[group];
    let run: JsonSpan | null = null;
    for (const piece of groups[group]) {
      const meaning = meaningOf(bytes, piece, piece.isMarked);
      const isAsItIs = isUntouched(meaning, bytes, piece);
      if (run !== null && isAsItIs && bytes[run.end] === COMMA && piece.start === run.end + 1) {
        run.end = piece.end;
        continue;
      }
      if (run !== null) parts.push(bytes.subarray(run.start, run.end));
      parts.push(before);
      before = SEPARATOR;
      run = isAsItIs ? { start: piece.start, end: piece.end } : null;
      if (run === null) parts.push(...meaning);
    }
    if (run !== null) parts.push(bytes.subarray(run.start, run.end));
  }
  return parts;
}

/** Whether a piece means what it says, byte for byte. */
function isUntouched(meaning: readonly Buffer[], bytes: Buffer, { start, end }: JsonSpan): boolean {
  const [only] = meaning;
  if (only === undefined || meaning.length > 1 || only.buffer !== bytes.buffer) return false;
  return only.byteOffset === bytes.byteOffset + start && only.length === end - start;
}

function sessionInMetadata({ bytes, root }: ScannedBody): string | null {
  const metadata = root.members.get("metadata");
  if (metadata?.kind !== "object" || metadata.end - metadata.start > MAX_METADATA_BYTES) return null;
  return SESSION_IN_USER_ID.exec(bytes.toString("latin1", metadata.start, metadata.end))?.[1] ?? null;
}
