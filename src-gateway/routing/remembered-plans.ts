/**
 * Plans that depend on nothing but a model's name, what is configured, and what providers list. Most requests ask for one of
 * a few models, so that their plan is a look-up. The memory ends with the configuration that the plans were made from.
 */
import type { GatewayError } from "../ir/errors.ts";
import type { Plan, PlanInput } from "./types.ts";

export interface Considered {
  readonly plan: Plan;
  readonly error: GatewayError | null;
}

interface Remembered extends Pick<PlanInput, "wire" | "surface" | "workMode"> {
  considered: Considered;
  /** Providers that the caller must be allowed to choose. */
  chosen: readonly string[];
}

interface Memory extends Pick<PlanInput, "config" | "listsVersion"> {
  byModel: Map<string, Remembered[]>;
}

/** Clients can ask for any number of names; where a route takes them all, each is one more. */
const MAX_MODELS = 1000;

const memories = new WeakMap<PlanInput["instances"], Memory>();

/** Null where the request has to be looked at. */
export function rememberedPlan(input: PlanInput): Considered | null {
  const { instances, model, wire, surface, workMode } = input;
  const memory = memories.get(instances);
  if (memory === undefined || !isCurrent(memory, input)) return null;
  for (const plan of memory.byModel.get(model) ?? []) {
    if (plan.wire !== wire || plan.surface !== surface || plan.workMode !== workMode) continue;
    for (const provider of plan.chosen) if (input.mayChoose?.(provider) === false) return null;
    return plan.considered;
  }
  return null;
}

/** Of a request without anything of its own that the plan depends on. */
export function rememberPlan(input: PlanInput, considered: Considered, chosen: readonly string[]): void {
  const { instances, config, listsVersion, model, wire, surface, workMode } = input;
  if (listsVersion === undefined) return;
  let memory = memories.get(instances);
  if (memory === undefined || !isCurrent(memory, input) || memory.byModel.size >= MAX_MODELS)
    memories.set(instances, (memory = { config, listsVersion, byModel: new Map() }));
  const known = memory.byModel.get(model);
  const remembered = { wire, surface, workMode, considered, chosen };
  if (known === undefined) memory.byModel.set(model, [remembered]);
  else known.push(remembered);
}

const isCurrent = (memory: Memory, { config, listsVersion }: PlanInput): boolean =>
  memory.config === config && memory.listsVersion === listsVersion && listsVersion !== undefined;
