/** What a plan is made from, of the parts: the same for requests that came and for those that somebody asks about. */
import { turnClock } from "../lib/clock.ts";
import { considerPlan } from "../routing/plan.ts";
import type { Considered } from "../routing/remembered-plans.ts";
import type { Plan, PlanInput } from "../routing/types.ts";
import type { Parts } from "./parts.ts";

export type PlanRequest = Pick<PlanInput, "model" | "wire" | "surface" | "request" | "mayChoose">;

export function planInput(parts: Parts, request: PlanRequest, random: number): PlanInput {
  const { config, instances } = parts.config.live();
  const { models } = parts;
  return {
    ...request,
    workMode: parts.settings.workMode,
    config,
    instances,
    listed: models.known,
    providersOf: models.providersOf,
    listsVersion: models.listsVersion(),
    random,
    health: parts.health,
    nowMonotonicMs: turnClock.monotonicUs() / 1000,
  };
}

/** At once, but for a model that nobody is known to have: it may be new, so that the providers are asked once more. */
export function considerRequest(parts: Parts, request: PlanRequest, random: number): Considered | Promise<Considered> {
  const found = considerPlan(planInput(parts, request, random));
  if (found.error?.code !== "model_not_found") return found;
  return parts.models.refresh().then((isNews) => (isNews ? considerPlan(planInput(parts, request, random)) : found));
}

/** @throws GatewayError when nobody can be asked. */
export function planRequest(parts: Parts, request: PlanRequest): Plan | Promise<Plan> {
  const considered = considerRequest(parts, request, Math.random());
  return considered instanceof Promise ? considered.then(planOf) : planOf(considered);
}

function planOf({ plan, error }: Considered): Plan {
  if (error) throw error;
  return plan;
}
