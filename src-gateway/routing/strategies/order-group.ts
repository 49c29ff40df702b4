/** A route's tree of targets as one list, in the order in which they should be asked. */
import {
  isGroup,
  leavesOf,
  type RouteGroup,
  type RouteNode,
  type RouteStrategy,
  type RouteTarget,
} from "../../settings/route-types.ts";
import type { PlanTarget } from "../types.ts";
import { ab } from "./ab.ts";
import { cheapest } from "./cheapest.ts";
import { conditional } from "./conditional.ts";
import { leastLatency } from "./least-latency.ts";
import { sticky } from "./sticky.ts";
import type { Askable, Branch, Strategy, StrategyContext } from "./strategy.ts";
import { weighted } from "./weighted.ts";

const inOrder: Strategy = (branches) => branches.map((branch) => ({ branch, why: "" }));

const STRATEGIES: Readonly<Record<RouteStrategy, Strategy>> = {
  single: (branches, group, context) => inOrder(branches, group, context)?.slice(0, 1) ?? null,
  fallback: inOrder,
  weighted,
  "least-latency": leastLatency,
  cheapest,
  conditional,
  content: conditional,
  ab,
  sticky,
};

export interface GroupContext extends StrategyContext {
  /** Null when the target does not exist or cannot be spoken to. */
  resolve: (target: RouteTarget) => Askable | null;
}

/** Null when the group has nothing to say about this request; empty when none of its targets can be asked. */
export function orderGroup(group: RouteGroup, label: string, context: GroupContext): PlanTarget[] | null {
  const branches = group.targets
    .map((node): Branch => ({ node, leaves: askable(node, context) }))
    .filter(({ leaves }) => leaves.length > 0);
  if (branches.length === 0) return [];
  const ranked = STRATEGIES[group.strategy](branches, group, context);
  if (ranked === null) return null;
  const ordered = ranked.map(({ branch, why, variant }, place): PlanTarget[] | null => {
    const reason = `${label}, target ${place + 1} of ${ranked.length}${why === "" ? "" : `: ${why}`}`;
    const targets = orderNode(branch, reason, context);
    // The outer experiment is named first.
    if (variant === undefined || targets === null) return targets;
    return targets.map((target) => ({
      ...target,
      variant: target.variant === undefined ? variant : `${variant}/${target.variant}`,
    }));
  });
  if (ordered.length > 0 && ordered.every((targets) => targets === null)) return null;
  return ordered.flatMap((targets) => targets ?? []);
}

function orderNode({ node, leaves }: Branch, reason: string, context: GroupContext): PlanTarget[] | null {
  if (isGroup(node)) return orderGroup(node, `${reason}; of its ${node.strategy}`, context);
  return leaves.map((leaf) => ({ ...leaf, reason }));
}

const askable = (node: RouteNode, { resolve }: GroupContext): Askable[] =>
  leavesOf([node]).flatMap((leaf) => resolve(leaf) ?? []);
