/** What thinking asks of the rest of a request to Claude, on Anthropic's own wire and on Bedrock's. */
import type { Turn } from "../../ir/part.ts";
import type { IrRequest, Reasoning } from "../../ir/request.ts";
import type { LossCollector } from "./loss-collector.ts";
import { type AdaptTarget, isClaude } from "./target.ts";

/** The least that a thinking model takes. */
const MIN_TOP_P = 0.95;

/**
 * A thinking budget needs room in the answer, a signed thought in front of a running tool call, and no say in how the
 * answer is drawn.
 */
export function settleThinking(
  reasoning: Reasoning | undefined,
  turns: readonly Turn[],
  target: AdaptTarget,
  scalars: Partial<IrRequest>,
  losses: LossCollector,
): Reasoning | undefined {
  if (!isClaude(target) || !reasoning || (reasoning.mode !== "manual" && reasoning.mode !== "adaptive"))
    return reasoning;
  if (reasoning.mode === "manual" && isBegun(turns)) {
    losses.note("reasoning", {
      verdict: "dropped",
      note: "is off for this request, because what it goes on from was not thought by this model",
    });
    return { mode: "off" };
  }
  if (scalars.temperature === 1) delete scalars.temperature;
  for (const field of ["temperature", "topK"] as const) {
    if (scalars[field] === undefined) continue;
    losses.note(field, { verdict: "dropped", note: "is left out, because the model takes none while it thinks" });
    delete scalars[field];
  }
  if (scalars.topP !== undefined && scalars.topP < MIN_TOP_P) {
    losses.note("topP", {
      verdict: "dropped",
      note: "is left out, because the model takes no small one while it thinks",
    });
    delete scalars.topP;
  }
  return reasoning.mode === "adaptive" ? reasoning : makeRoom(reasoning, target, scalars);
}

/** The budget is part of the answer's limit, and below it. */
function makeRoom(reasoning: Reasoning, target: AdaptTarget, scalars: Partial<IrRequest>): Reasoning {
  // Bedrock takes the most that the model can when nothing is said.
  if (scalars.maxOutputTokens === undefined && target.wire === "bedrock-converse") return reasoning;
  const room = scalars.maxOutputTokens ?? 0;
  const budget = reasoning.budgetTokens ?? 0;
  if (budget < room) return reasoning;
  const most = target.profile.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  scalars.maxOutputTokens = Math.min(most, budget + Math.max(room, 4_096));
  const fitting = Math.min(budget, scalars.maxOutputTokens - 1_024);
  return fitting < 1_024 ? { mode: "off" } : { ...reasoning, budgetTokens: fitting };
}

/** The answer goes on from calls or words that no thought of its own stands in front of. */
function isBegun(turns: readonly Turn[]): boolean {
  const last = turns.findLast((turn) => turn.role === "assistant");
  if (!last || last.parts[0]?.kind === "thinking") return false;
  return last === turns.at(-1) || last.parts.some((part) => part.kind === "call");
}
