/** The turns of an agent, last first: what the model called, and what came of it, up to the last word of a person. */
import type { WireProtocol } from "../ir/protocol.ts";
import { eachElementBack, type JsonNode } from "../lib/json-back.ts";
import type { ScannedMember } from "../lib/json-scan.ts";
import type { JsonSpan } from "../lib/json-walk.ts";
import { mayOpenTag } from "./machine-text.ts";
import { READ_ELEMENT } from "./read-element.ts";
import type { ScannedBody } from "./types.ts";

export interface Call {
  id: JsonSpan | null;
  /** Its name and what it was given. */
  what: JsonSpan[];
}

export interface Result {
  id: JsonSpan | null;
  /** What the model is shown, piece by piece. */
  texts: JsonSpan[];
}

export interface Turn {
  /** Of calls and results the last comes first. */
  calls: Call[];
  results: Result[];
  /** What stands beside the results in their message. */
  beside: JsonSpan[];
}

const newTurn = (): Turn => ({ calls: [], results: [], beside: [] });

/** What one element of a history is. Null for what neither a person nor a tool has a part in. */
export type Element =
  | { is: "calls"; calls: Call[] }
  | { is: "results"; results: Result[]; beside: JsonSpan[] }
  | { is: "person" }
  | null;

const HISTORY: Readonly<Record<WireProtocol, string>> = {
  "openai-chat": "messages",
  "openai-responses": "input",
  "anthropic-messages": "messages",
  "gemini-content": "contents",
};

/** An element, its content, a block of that, the content of a result, a block of that. */
const DEPTH = 5;

/** Of the longest bodies no more than this is looked at. */
const MAX_BYTES = 1024 * 1024;

/** Wires on which a text of the user's is no result of a tool, whatever else stands in its message. */
const SAY_BY_ROLE: ReadonlySet<WireProtocol> = new Set(["openai-chat", "anthropic-messages"]);

/**
 * Calls back for each turn, last first, until told to stop with `false`.
 * @returns whether the very last word is a person's.
 */
export function eachTurnBack(
  wire: WireProtocol,
  { bytes, root }: ScannedBody,
  visit: (turn: Turn) => boolean | undefined,
): boolean {
  const history = root.members.get(HISTORY[wire]);
  if (history?.kind !== "array") return history?.kind === "string";
  if (isPlainlySaid(wire, bytes, history)) return true;
  const read = READ_ELEMENT[wire];
  let turn: Turn | null = null;
  let isFirst = true;
  let personSpokeLast = false;
  let isStopped = false;
  const complete = (): boolean => {
    if (turn !== null && turn.calls.length > 0) {
      isFirst = false;
      isStopped = visit(turn) === false;
      turn = null;
    }
    return !isStopped;
  };
  eachElementBack(bytes, history, DEPTH, (node: JsonNode) => {
    if (history.end - node.end > MAX_BYTES) return false;
    const element = read(bytes, node);
    if (element === null) return undefined;
    if (element.is === "person") {
      personSpokeLast = isFirst && (turn === null || (turn.calls.length === 0 && turn.results.length === 0));
      return false;
    }
    if (element.is === "calls") {
      turn ??= newTurn();
      turn.calls.push(...element.calls);
      return undefined;
    }
    // Results stand behind their calls: with calls at hand, these are of the turn before.
    if (!complete()) return false;
    turn ??= newTurn();
    turn.results.push(...element.results);
    turn.beside.push(...element.beside);
    return undefined;
  });
  if (!isStopped) complete();
  return personSpokeLast;
}

/** Whether the last element is certainly a person's, as far as its beginning tells. */
function isPlainlySaid(wire: WireProtocol, bytes: Buffer, { end, elements, beginnings }: ScannedMember): boolean {
  if (elements === null || elements.length === 0 || !SAY_BY_ROLE.has(wire)) return false;
  const last = elements.length - 2;
  const start = elements[last] ?? 0;
  if (end - (elements[last + 1] ?? 0) > MAX_BYTES) return false;
  const plain = beginnings.at(-1) ?? null;
  return plain?.role === "user" && !mayOpenTag(bytes[start + plain.spelled.length] ?? 0);
}
