import type { CallPart, Part, ResultPart, Turn } from "../../ir/part.ts";
import { expandSame } from "../../lib/same-list.ts";
import type { LossCollector } from "./loss-collector.ts";

/** Every call gets its one result right behind the assistant's turn; results that answer nothing become text. */
export function pairResults(turns: Turn[], losses: LossCollector): Turn[] {
  const results = new Map<string, ResultPart>();
  const called = new Set<string>();
  for (const turn of turns) {
    for (const part of turn.parts) {
      if (part.kind === "result" && !results.has(part.id)) results.set(part.id, part);
      if (part.kind === "call") called.add(part.id);
    }
  }
  if (called.size === 0 && results.size === 0) return turns;
  const paired: Turn[] = [];
  let awaited: ResultPart[] = [];
  const flush = (): void => {
    if (awaited.length > 0) paired.push({ role: "user", parts: awaited });
    awaited = [];
  };
  const answered = new Set<string>();
  for (const turn of turns) {
    if (turn.role !== "assistant") flush();
    const parts = expandSame(turn.parts, (part): Part | Part[] => {
      if (part.kind === "call") {
        if (answered.has(part.id)) {
          losses.note("repairedResult");
          return [];
        }
        answered.add(part.id);
        awaited.push(resultFor(part, results.get(part.id), losses));
      }
      if (part.kind !== "result") return part;
      if (called.has(part.id)) {
        if (results.get(part.id) !== part) losses.note("repairedResult");
        return [];
      }
      losses.note("repairedResult");
      return [{ kind: "text", text: "[A tool result without its call:]" }, ...part.parts];
    });
    paired.push(parts === turn.parts ? turn : { ...turn, parts });
  }
  flush();
  return paired;
}

function resultFor(call: CallPart, result: ResultPart | undefined, losses: LossCollector): ResultPart {
  const base = { kind: "result", id: call.id, name: call.name, ...(call.custom ? { custom: true } : {}) } as const;
  if (result) {
    if (result.id === call.id && result.name === call.name && !result.custom && !call.custom) return result;
    const { custom: _, ...known } = result;
    return { ...known, ...base };
  }
  losses.note("repairedResult");
  return { ...base, parts: [{ kind: "text", text: "The tool was not run; it gave no result." }], isError: true };
}
