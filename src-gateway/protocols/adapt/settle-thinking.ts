/** What thinking asks of the rest of a request to Claude, on Anthropic's own wire and on Bedrock's. */
import type { Turn } from "../../ir/part.ts";
import type { IrRequest, Reasoning } from "../../ir/request.ts";
import type { LossCollector } from "./loss-collector.ts";
import { type AdaptTarget, isClaude } from "./target.ts";

/** The least that a thinking model takes. */
const MIN_TOP_P = 0.95;
/** The shortest thinking that Anthropic takes. */
const LEAST_BUDGET = 1_024;
/** What is kept for the answer itself. */
const LEAST_ANSWER = 1_024;

/**
 * A thinking budget needs room in the answer, a signed thought in front of a running tool call, and no say in how the
 * answer is drawn.
 */
export function settleThinking(
  reasoning: Reasoning | undefined,
  {
    turns,
    isLimited,
  }: { turns: readonly Turn[] /** The client said how long the answer may be. */; isLimited: boolean },
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
  return reasoning.mode === "adaptive" ? reasoning : makeRoom(reasoning, isLimited, target, scalars, losses);
}

/**
 * The budget is part of the answer's limit, and below it. What the client is willing to pay for is not raised: the thinking
 * becomes shorter, and is off where there is no room for the shortest.
 */
function makeRoom(
  reasoning: Reasoning,
  isLimited: boolean,
  target: AdaptTarget,
  scalars: Partial<IrRequest>,
  losses: LossCollector,
): Reasoning {
  // Bedrock takes the most that the model can when nothing is said.
  if (scalars.maxOutputTokens === undefined && target.wire === "bedrock-converse") return reasoning;
  const budget = reasoning.budgetTokens ?? 0;
  const most = target.profile.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const given = scalars.maxOutputTokens ?? 0;
  if (budget < given) return reasoning;
  const room = isLimited ? given : Math.min(most, budget + Math.max(given, 4 * LEAST_ANSWER));
  scalars.maxOutputTokens = room;
  const fitting = Math.min(budget, room - LEAST_ANSWER);
  if (fitting === budget && fitting >= LEAST_BUDGET) return reasoning;
  const isOff = fitting < LEAST_BUDGET;
  losses.note("reasoning", {
    verdict: isOff ? "dropped" : "emulated",
    note: isOff
      ? "is off for this request, because the limit of the answer leaves no room for thoughts"
      : "is made shorter, because the limit of the answer holds for thoughts too",
  });
  return isOff ? { mode: "off" } : { ...reasoning, budgetTokens: fitting };
}

/** The answer goes on from calls or words that no thought of its own stands in front of. */
function isBegun(turns: readonly Turn[]): boolean {
  const last = turns.findLast((turn) => turn.role === "assistant");
  if (!last || last.parts[0]?.kind === "thinking") return false;
  return last === turns.at(-1) || last.parts.some((part) => part.kind === "call");
}
