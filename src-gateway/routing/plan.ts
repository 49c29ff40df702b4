/**
 * Pure decisions: which providers should be asked for a model, in which order, and why.
 *
 * `routing/` knows no clock, no network and no request bodies; the same values always give the same plan, and the plan
 * carries its reasons, so that what the log shows is what was done.
 */
import { GatewayError } from "../ir/errors.ts";
import { type Match, matchRules } from "./match.ts";
import { createPlanContext, type PlanContext } from "./plan-context.ts";
import type { Plan, PlanInput, PlanTarget } from "./types.ts";

/** @throws GatewayError model_not_found, protocol_not_spoken, forbidden, invalid_request */
export function makePlan(input: PlanInput): Plan {
  const { plan, error } = considerPlan(input);
  if (error) throw error;
  return plan;
}

/** The same for those who want to see what was looked at, also where it leads nowhere. */
export function considerPlan(input: PlanInput): { plan: Plan; error: GatewayError | null } {
  const model = resolveAlias(input.model, input.config.aliases);
  const context = createPlanContext(input);
  let match: Match | null = null;
  let error: GatewayError | null = null;
  try {
    match = matchRules(model, context);
    if (!match || match.targets.length === 0) error = nobody(model, context);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    error = thrown;
  }
  const targets = readyFirst(match?.targets ?? [], context);
  const plan: Plan = {
    model,
    targets,
    matched: match?.matched ?? "no rule",
    leftOut: context.leftOut(),
    variant: match?.variant ?? null,
    ...(match?.policy ? { policy: match.policy } : {}),
  };
  return { plan, error };
}

function nobody(model: string, { input, unspoken }: PlanContext): GatewayError {
  if (unspoken.size === 0) {
    return new GatewayError(
      "model_not_found",
      `No provider serves the model "${clip(input.model)}". GET /v1/models lists what there is; add a provider, a route or an alias for it.`,
      { param: "model" },
    );
  }
  const names = [...unspoken].map((provider) => `"${provider}"`).join(", ");
  return new GatewayError(
    "protocol_not_spoken",
    `The model "${clip(model)}" is served by ${names}, which cannot be spoken to in ${input.wire}. Use a client or a provider that shares a protocol with the other.`,
    { param: "model" },
  );
}

/** Who may be asked now comes first, in the order of the rule; the others follow, the one that is back soonest first. */
function readyFirst(targets: readonly PlanTarget[], { unavailable, leaveOut }: PlanContext): PlanTarget[] {
  const ready: PlanTarget[] = [];
  const waiting: { target: PlanTarget; untilMs: number }[] = [];
  const seen = new Set<string>();
  for (const target of targets) {
    const name = `${target.provider}\n${target.model}`;
    if (seen.has(name)) {
      leaveOut(target, "it stands further up already");
      continue;
    }
    seen.add(name);
    const state = unavailable(target);
    if (state === null) ready.push(target);
    else {
      const reason = `${target.reason}; not now: ${state.why}`;
      waiting.push({ target: { ...target, reason }, untilMs: state.untilMs });
    }
  }
  return [...ready, ...waiting.sort((a, b) => a.untilMs - b.untilMs).map(({ target }) => target)];
}

function resolveAlias(asked: string, aliases: Record<string, string>): string {
  let model = asked;
  const seen = new Set<string>();
  while (Object.hasOwn(aliases, model) && !seen.has(model)) {
    seen.add(model);
    model = aliases[model] ?? model;
  }
  return model;
}

const clip = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
