/** One scale of thinking for all wires: none < minimal < low < medium < high < xhigh < max. */
import { EFFORTS, type Effort, type IrRequest, type Reasoning } from "../../ir/request.ts";
import type { LossCollector } from "./loss-collector.ts";
import type { AdaptTarget } from "./target.ts";

const BUDGET_OF: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
  max: Number.POSITIVE_INFINITY,
};
const MIN_ANTHROPIC_BUDGET = 1_024;

function effortOf(reasoning: Reasoning): Effort | null {
  if (reasoning.mode === "off") return "none";
  if (reasoning.effort !== undefined) return reasoning.effort;
  const budget = reasoning.budgetTokens;
  if (budget === undefined || budget < 0) return reasoning.mode === "adaptive" || budget === -1 ? "medium" : null;
  if (budget === 0) return "none";
  if (budget <= 1_024) return "low";
  if (budget <= 8_192) return "medium";
  return budget <= 24_576 ? "high" : "xhigh";
}

/** The reasoning of a foreign request in the knob of the target; undefined says nothing about it. */
export function adaptReasoning(request: IrRequest, target: AdaptTarget, losses: LossCollector): Reasoning | undefined {
  const asked = request.reasoning;
  if (!asked) return undefined;
  const effort = effortOf(asked);
  const show = asked.show === undefined ? {} : { show: asked.show };
  if (effort === null) return asked.show === undefined || !mayThink(target) ? undefined : show;
  const known = speak(effort, asked, request, target);
  if (known === null) {
    if (effort !== "none")
      losses.note("reasoning", {
        verdict: "dropped",
        note: "is left out, because the model is not known to think on demand",
      });
    return undefined;
  }
  // OpenAI shows nothing of its thoughts unless it is asked to, and these clients expect to see some.
  const shows = target.wire === "openai-responses" && asked.show === undefined && effort !== "none";
  const isExact = known.budgetTokens === asked.budgetTokens && known.effort === asked.effort;
  if (!isExact) losses.note("reasoning");
  return { ...known, ...(shows ? { show: "summary" } : show) };
}

/** A model that cannot think refuses the question of how much of it is to be seen. */
const mayThink = ({ wire, profile }: AdaptTarget): boolean =>
  wire.startsWith("openai-") ? profile.thinking === "effort" : profile.thinking !== "none";

/** The model's own strength that is nearest to the wanted one: the next stronger, or its strongest. */
function nearest(wanted: Effort, known: readonly Effort[] | undefined): Effort {
  const from = EFFORTS.indexOf(wanted);
  return known?.find((effort) => EFFORTS.indexOf(effort) >= from) ?? known?.at(-1) ?? wanted;
}

function speak(wanted: Effort, asked: Reasoning, request: IrRequest, target: AdaptTarget): Reasoning | null {
  const effort = nearest(wanted, target.profile.efforts);
  const style = target.profile.thinking;
  switch (target.wire) {
    case "openai-chat":
    case "openai-responses":
      return style === "effort" ? { effort } : null;
    case "anthropic-messages":
    case "bedrock-converse":
      return style === undefined || style === "none" ? null : anthropic(wanted, asked, request, target);
    case "gemini-content":
      if (style === "none") return null;
      return style === "budget" ? { budgetTokens: budgetFor(wanted, asked, target) } : { effort };
    case "cohere-chat":
    case "ollama-chat":
      return style === undefined || style === "none" ? null : { effort };
  }
}

function anthropic(effort: Effort, asked: Reasoning, request: IrRequest, target: AdaptTarget): Reasoning {
  if (effort === "none") return { mode: "off" };
  if (target.profile.thinking === "adaptive")
    return { mode: "adaptive", effort: nearest(effort, target.profile.efforts) };
  // A forced tool excludes thinking; the tool wins.
  if (request.toolChoice?.mode === "required" || request.toolChoice?.mode === "named") return { mode: "off" };
  return { mode: "manual", budgetTokens: Math.max(MIN_ANTHROPIC_BUDGET, budgetFor(effort, asked, target)) };
}

function budgetFor(effort: Effort, asked: Reasoning, target: AdaptTarget): number {
  const wanted = asked.budgetTokens !== undefined && asked.budgetTokens >= 0 ? asked.budgetTokens : BUDGET_OF[effort];
  const range = target.profile.budget ?? { min: 0, max: 32_768 };
  return Math.min(range.max, Math.max(range.min, wanted));
}
