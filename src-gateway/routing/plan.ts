/**
 * Pure decisions: which providers should be asked for a model, in which order, and why.
 *
 * `routing/` knows no clock, no network and no request bodies; the same values always give the same plan, and the plan
 * carries its reasons, so that what the log shows is what was done. A plan that only the model's name and the configuration
 * decide is made once; whoever asks again gets the same object, which nobody may change.
 */
import { GatewayError } from "../ir/errors.ts";
import { namesProvider } from "./chosen-provider.ts";
import { type Match, matchRules } from "./match.ts";
import { PlanContext, unavailable } from "./plan-context.ts";
import { type Considered, rememberedPlan, rememberPlan } from "./remembered-plans.ts";
import type { Plan, PlanInput, PlanTarget } from "./types.ts";

/** @throws GatewayError model_not_found, protocol_not_spoken, forbidden, invalid_request */
export function makePlan(input: PlanInput): Plan {
  const { plan, error } = considerPlan(input);
  if (error) throw error;
  return plan;
}

/** The same for those who want to see what was looked at, also where it leads nowhere. */
export function considerPlan(input: PlanInput): Considered {
  if (namesProvider(input.request)) return readyFirst(decide(input, false), input);
  return readyFirst(rememberedPlan(input) ?? decide(input, true), input);
}

/** What the rules say, whoever can be asked now. */
function decide(input: PlanInput, mayRemember: boolean): Considered {
  const model = resolveAlias(input.model, input.config.aliases);
  const context = new PlanContext(input);
  let match: Match | null = null;
  let error: GatewayError | null = null;
  try {
    match = matchRules(model, context);
    if (!match || match.targets.length === 0) error = nobody(model, context);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    error = thrown;
  }
  const targets = withoutRepeats(match?.targets ?? [], context);
  const plan: Plan = {
    model,
    targets,
    matched: match?.matched ?? "no rule",
    leftOut: context.leftOut(),
    variant: match?.variant ?? null,
    ...(match?.policy ? { policy: match.policy } : {}),
  };
  const considered = { plan, error };
  if (mayRemember && error === null && !context.dependsOnRequest) rememberPlan(input, considered, context.chosen);
  return considered;
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

function withoutRepeats(targets: readonly PlanTarget[], context: PlanContext): PlanTarget[] {
  const seen = new Set<string>();
  return targets.filter((target) => {
    const name = `${target.provider}\n${target.model}`;
    const isNew = !seen.has(name);
    if (!isNew) context.leaveOut(target, "it stands further up already");
    seen.add(name);
    return isNew;
  });
}

/** Who may be asked now comes first, in the order of the rule; the others follow, the one that is back soonest first. */
function readyFirst(considered: Considered, input: PlanInput): Considered {
  const { plan, error } = considered;
  // Nearly always all of them may.
  if (isAllReady(plan.targets, input)) return considered;
  const ready: PlanTarget[] = [];
  const waiting: { target: PlanTarget; untilMs: number }[] = [];
  for (const target of plan.targets) {
    const state = unavailable(target, input);
    if (state === null) ready.push(target);
    else {
      const reason = `${target.reason}; not now: ${state.why}`;
      waiting.push({ target: { ...target, reason }, untilMs: state.untilMs });
    }
  }
  const targets = [...ready, ...waiting.sort((a, b) => a.untilMs - b.untilMs).map(({ target }) => target)];
  return { plan: { ...plan, targets }, error };
}

function isAllReady(targets: readonly PlanTarget[], input: PlanInput): boolean {
  for (const target of targets) if (unavailable(target, input) !== null) return false;
  return true;
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
