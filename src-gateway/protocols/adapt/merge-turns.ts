/** Turns as a wire takes them that wants roles to alternate, and results in front of what is said about them. */
import type { Part, Turn } from "../../ir/part.ts";
import { filterSame } from "../../lib/same-list.ts";

/** Turns that have parts, and never two of one role side by side. */
export function mergeTurns(turns: Turn[]): Turn[] {
  const full = filterSame(turns, (turn) => turn.parts.length > 0);
  const joined = alternates(full) ? full : joinNeighbours(full);
  for (const turn of joined)
    if (turn.role === "user" && hasLaterResult(turn.parts)) return joined.map(userResultsFirst);
  return joined;
}

const userResultsFirst = (turn: Turn): Turn => (turn.role === "user" ? resultsFirst(turn) : turn);

function alternates(turns: readonly Turn[]): boolean {
  let before: Turn["role"] | null = null;
  for (const { role } of turns) {
    if (role === before) return false;
    before = role;
  }
  return true;
}

function joinNeighbours(turns: readonly Turn[]): Turn[] {
  const joined: Turn[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (last?.role === turn.role) last.parts.push(...turn.parts);
    else joined.push({ role: turn.role, parts: [...turn.parts] });
  }
  return joined;
}

/** Results next to each other, in front of all else. */
export function resultsFirst(turn: Turn): Turn {
  const { parts } = turn;
  if (!hasLaterResult(parts)) return turn;
  const isResult = (part: Part): boolean => part.kind === "result";
  return { ...turn, parts: [...parts.filter(isResult), ...parts.filter((part) => !isResult(part))] };
}

/** A result behind something else. */
function hasLaterResult(parts: readonly Part[]): boolean {
  let hasOther = false;
  for (const part of parts) {
    if (part.kind !== "result") hasOther = true;
    else if (hasOther) return true;
  }
  return false;
}
