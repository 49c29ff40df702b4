/** One route for one request: whether it is for it at all, and its targets in order. */
import { leavesOf, type RouteConfig, type RouteTarget } from "../settings/route-types.ts";
import { conditionWords, whyNot } from "./conditions.ts";
import type { Match } from "./match.ts";
import { namesOf, type PlanContext } from "./plan-context.ts";
import { type GroupContext, orderGroup } from "./strategies/order-group.ts";
import type { Askable, Branch } from "./strategies/strategy.ts";
import type { RequestFacts } from "./types.ts";

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
  const problem = route.when ? whyNot(route.when, context.facts) : null;
  if (problem !== null) {
    for (const leaf of leavesOf(route.targets))
      context.leaveOut(namesOf(leaf, modelFor(leaf)), `of ${nameOf(route)}: ${problem}`);
    return null;
  }
  const label = `route "${route.match}" (${route.strategy})`;
  const targets = orderGroup(route, label, new RouteStep(route, context, modelFor));
  if (targets === null) return null;
  const { strict, policy } = route;
  return {
    matched: route.when ? `${nameOf(route)} with ${conditionWords(route.when)}` : nameOf(route),
    targets: strict === undefined ? targets : targets.map((target) => ({ ...target, strict })),
    variant: targets[0]?.variant ?? null,
    ...(policy ? { policy } : {}),
  };
}

/** What the strategies of one route may ask. The request is read only where one does: else its plan is also that of others. */
class RouteStep implements GroupContext {
  readonly route: string;
  readonly draw: () => number;
  private readonly context: PlanContext;
  private readonly modelFor: (target: RouteTarget) => string;
  private readonly resolved = new Map<RouteTarget, Askable | null>();

  constructor(route: RouteConfig, context: PlanContext, modelFor: (target: RouteTarget) => string) {
    this.route = (route.matches ?? [route.match]).join("\n");
    this.draw = context.draw;
    this.context = context;
    this.modelFor = modelFor;
  }

  get facts(): RequestFacts {
    return this.context.facts;
  }

  readonly resolve = (target: RouteTarget): Askable | null => {
    let found = this.resolved.get(target);
    if (found === undefined)
      this.resolved.set(target, (found = this.context.resolve(target.provider, target.model ?? this.modelFor(target))));
    return found;
  };

  readonly isAvailable = (branch: Branch): boolean => branch.leaves.some((leaf) => this.context.isAvailable(leaf));

  readonly firstTokenP50Ms = ({ leaves }: Branch): number | null => {
    const { context } = this;
    const times = leaves.flatMap((leaf) => {
      const ms = context.isAvailable(leaf) ? context.input.health?.firstTokenP50Ms(leaf.provider, leaf.model) : null;
      return ms ?? [];
    });
    return times.length === 0 ? null : Math.min(...times);
  };

  readonly leaveOut = (branch: Branch, why: string): void => {
    for (const leaf of branch.leaves) this.context.leaveOut(leaf, why);
  };
}

const nameOf = (route: RouteConfig): string =>
  route.anyModel ? "the route for any model" : `the route "${route.match}"`;
