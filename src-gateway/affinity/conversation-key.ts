/** One name for all turns of a conversation, read from what arrived. */
import type { WireProtocol } from "../ir/protocol.ts";
import type { RunHash } from "../lib/run-hash.ts";
import { addMeaning } from "./piece-meaning.ts";
import type { PromptDigest } from "./prompt-digest.ts";
import { type Prompt, type PromptPiece, type ScannedBody, splitPrompt } from "./prompt-pieces.ts";

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

/** What names a conversation, by which the numbers tell apart what may otherwise read alike. */
const SESSION = 0;
const PROMPT = 1;

/**
 * The agent's session, or else how the conversation begins: tools, system prompt and all up to the model's first answer.
 * Null where the request is no conversation.
 */
export function conversationKey(facts: ConversationFacts, hash: RunHash): string | null {
  const session = sessionOf(facts);
  const prompt = session === null ? splitPrompt(facts.wire, facts.body, "answer") : null;
  if (session === null && prompt === null) return null;
  hash.begin().addText(facts.owner).addText(facts.model);
  if (session !== null) hash.addNumber(SESSION).addText(session);
  else if (prompt !== null) addBeginning(hash.addNumber(PROMPT), prompt);
  return hash.text();
}

/**
 * Wider than `conversationKey`: conversations that begin with the same messages, whatever their tools and system prompt.
 * A client that changes those with every turn has a new conversation each time, and a report should say why.
 */
export function promptFamily(
  facts: Pick<ConversationFacts, "owner" | "session" | "body">,
  digest: PromptDigest,
  hash: RunHash,
): string {
  const session = sessionOf(facts);
  hash.begin().addText(facts.owner);
  if (session !== null) hash.addNumber(SESSION).addText(session);
  else {
    hash.addNumber(PROMPT);
    for (const piece of digest.beginning) hash.addNumber(piece);
  }
  return hash.text();
}

function sessionOf({ session, body }: Pick<ConversationFacts, "session" | "body">): string | null {
  return session ?? sessionInMetadata(body);
}

/** What stands between two pieces of a body that has no white space. */
const SEPARATOR = Buffer.from(",");

/** Each group with its number. */
function addBeginning(hash: RunHash, { bytes, groups: { tools, system, messages } }: Prompt): void {
  addPieces(hash.addNumber(0), bytes, tools);
  addPieces(hash.addNumber(1), bytes, system);
  addPieces(hash.addNumber(2), bytes, messages);
}

function addPieces(hash: RunHash, bytes: Buffer, pieces: readonly PromptPiece[]): void {
  for (const piece of pieces) {
    hash.add(SEPARATOR);
    addMeaning(hash, bytes, piece);
  }
}

function sessionInMetadata({ bytes, root }: ScannedBody): string | null {
  const metadata = root.members.get("metadata");
  if (metadata?.kind !== "object" || metadata.end - metadata.start > MAX_METADATA_BYTES) return null;
  return SESSION_IN_USER_ID.exec(bytes.toString("latin1", metadata.start, metadata.end))?.[1] ?? null;
}
