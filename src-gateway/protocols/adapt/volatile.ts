/**
 * Lines that agents write anew with every request or session and that no model is meant to read. In front of a prompt they
 * make the rest of it a new one, for every provider that caches by prefix.
 *
 * A closed list: what could matter to an answer (the date, the working directory, tokens left) is not on it. Native relays
 * never come here.
 */
import type { Part, Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { expandSame } from "../../lib/same-list.ts";
import type { LossCollector } from "./loss-collector.ts";

interface VolatileRule {
  name: string;
  /** Matches at the beginning of a text of the system prompt, the end of its line included. */
  line: RegExp;
  /** The end of a sentence that begins with the rule's name. */
  because: string;
}

const VOLATILE_RULES: readonly VolatileRule[] = [
  {
    name: "x-anthropic-billing-header",
    line: /^\s*x-anthropic-billing-header:[^\n]*(?:\n|$)/,
    because:
      "is taken out of the system prompt: Claude Code writes it for Anthropic's accounting, with a value that changes and " +
      "would keep other providers from reusing their cache",
  },
];

/** Only the leading turns of the system are looked at: further back a line is history, and stays as it was. */
export function withoutVolatile(request: IrRequest, losses: LossCollector): IrRequest {
  return mayBeVolatile(request.turns) ? withoutRules(request, losses) : request;
}

/** Whether any rule finds its line. */
function mayBeVolatile(turns: readonly Turn[]): boolean {
  for (const { role, parts } of turns) {
    if (role !== "system") return false;
    for (const part of parts)
      if (part.kind === "text") for (const { line } of VOLATILE_RULES) if (line.test(part.text)) return true;
  }
  return false;
}

function withoutRules(request: IrRequest, losses: LossCollector): IrRequest {
  const taken = new Set<VolatileRule>();
  const end = request.turns.findIndex(({ role }) => role !== "system");
  const system = end < 0 ? request.turns : request.turns.slice(0, end);
  const stable = expandSame(system, (turn): Turn | Turn[] => {
    const parts = expandSame(turn.parts, (part) => withoutLines(part, taken));
    if (parts === turn.parts) return turn;
    return parts.length === 0 ? [] : { ...turn, parts };
  });
  if (taken.size === 0) return request;
  for (const { name, because } of taken) losses.note("home", { field: name, verdict: "emulated", note: because });
  return { ...request, turns: [...stable, ...request.turns.slice(system.length)] };
}

function withoutLines(part: Part, taken: Set<VolatileRule>): Part | Part[] {
  if (part.kind !== "text") return part;
  let { text } = part;
  for (const rule of VOLATILE_RULES) {
    const shorter = text.replace(rule.line, "");
    if (shorter !== text) taken.add(rule);
    text = shorter;
  }
  if (text === part.text) return part;
  return text.trim() === "" ? [] : { ...part, text };
}
