/** One name for all turns of a conversation, read from what arrived. */
import type { WireProtocol } from "../ir/protocol.ts";
import type { HashBytes } from "../lib/hash-bytes.ts";
import { meaningOf } from "./piece-meaning.ts";
import type { PromptDigest } from "./prompt-digest.ts";
import { PROMPT_GROUPS, type ScannedBody, splitPrompt } from "./prompt-pieces.ts";

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

const SEPARATOR = Buffer.from("\n");

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
  if (prompt === null) return null;
  const parts: Buffer[] = [];
  for (const group of PROMPT_GROUPS) {
    for (const piece of prompt.groups[group]) parts.push(...meaningOf(prompt.bytes, piece, piece.isMarked), SEPARATOR);
    parts.push(SEPARATOR);
  }
  return `prompt ${hash(parts)}`;
}

function sessionInMetadata({ bytes, root }: ScannedBody): string | null {
  const metadata = root.members.get("metadata");
  if (metadata?.kind !== "object" || metadata.end - metadata.start > MAX_METADATA_BYTES) return null;
  return SESSION_IN_USER_ID.exec(bytes.toString("latin1", metadata.start, metadata.end))?.[1] ?? null;
}
