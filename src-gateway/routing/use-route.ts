/** One route for one request: whether it is for it at all, and its targets in order. */
import { leavesOf, type RouteConfig, type RouteTarget } from "../settings/route-types.ts";
import { conditionWords, whyNot } from "./conditions.ts";
import type { Match } from "./match.ts";
import { namesOf, type PlanContext } from "./plan-context.ts";
import { orderGroup } from "./strategies/order-group.ts";
import type { Askable, Branch } from "./strategies/strategy.ts";

/** The first of the routes that is for this request; null when none is. */
export function useFirst(
  routes: Iterable<RouteConfig>,
  context: PlanContext,
  modelFor: (target: RouteTarget) => string,
): Match | null {
  for (const route of routes) {
    const match = matchRoute(route, context, modelFor);
    if (match) return match;
  }
  return null;
}

function matchRoute(route: RouteConfig, context: PlanContext, modelFor: (target: RouteTarget) => string): Match | null {
  const { facts } = context;
  const problem = route.when ? whyNot(route.when, facts) : null;
  if (problem !== null) {
    for (const leaf of leavesOf(route.targets))
      context.leaveOut(namesOf(leaf, modelFor(leaf)), `of ${nameOf(route)}: ${problem}`);
    return null;
  }
  const resolved = new Map<RouteTarget, Askable | null>();
  const resolve = (target: RouteTarget): Askable | null => {
    let found = resolved.get(target);
    if (found === undefined)
      resolved.set(target, (found = context.resolve(target.provider, target.model ?? modelFor(target))));
    return found;
  };
  const targets = orderGroup(route, `route "${route.match}" (${route.strategy})`, {
    facts,
    route: (route.matches ?? [route.match]).join("\n"),
    draw: context.draw,
    resolve,
    isAvailable: (branch) => branch.leaves.some((leaf) => context.unavailable(leaf) === null),
    firstTokenP50Ms: (branch) => firstTokenP50Ms(branch, context),
    leaveOut: (branch, why) => {
      for (const leaf of branch.leaves) context.leaveOut(leaf, why);
    },
  });
  if (targets === null) return null;
  const { strict, policy } = route;
  return {
    matched: route.when ? `${nameOf(route)} with ${conditionWords(route.when)}` : nameOf(route),
    targets: strict === undefined ? targets : targets.map((target) => ({ ...target, strict })),
    variant: targets[0]?.variant ?? null,
    ...(policy ? { policy } : {}),
  };
}

const nameOf = (route: RouteConfig): string =>
  route.anyModel ? "the route for any model" : `the route "${route.match}"`;

function firstTokenP50Ms(branch: Branch, { input: { health }, unavailable }: PlanContext): number | null {
  const times = branch.leaves.flatMap((leaf) => {
    const ms = unavailable(leaf) === null ? health?.firstTokenP50Ms(leaf.provider, leaf.model) : null;
    return ms ?? [];
  });
  return times.length === 0 ? null : Math.min(...times);
}
