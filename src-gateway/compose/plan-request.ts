/** What a plan is made from, of the parts: the same for requests that came and for those that somebody asks about. */
import { considerPlan } from "../routing/plan.ts";
import type { Plan, PlanInput } from "../routing/types.ts";
import type { Parts } from "./parts.ts";

export type PlanRequest = Pick<PlanInput, "model" | "wire" | "surface" | "request" | "mayChoose">;

export function planInput(parts: Parts, request: PlanRequest, random: number): PlanInput {
  const { config, instances } = parts.config.live();
  return {
    ...request,
    workMode: parts.settings.workMode,
    config,
    instances,
    listed: () => parts.models.known(),
    providersOf: (model) => parts.models.providersOf(model),
    random,
    health: parts.health,
    nowMonotonicMs: parts.clock.monotonicUs() / 1000,
  };
}

/** A model that nobody is known to have may be new: the providers are asked once more before the answer is no. */
export async function considerRequest(
  parts: Parts,
  request: PlanRequest,
  random: number,
): Promise<ReturnType<typeof considerPlan>> {
  const found = considerPlan(planInput(parts, request, random));
  if (found.error?.code !== "model_not_found") return found;
  return (await parts.models.refresh()) ? considerPlan(planInput(parts, request, random)) : found;
}

/** @throws GatewayError when nobody can be asked. */
export async function planRequest(parts: Parts, request: PlanRequest): Promise<Plan> {
  const { plan, error } = await considerRequest(parts, request, Math.random());
  if (error) throw error;
  return plan;
}
