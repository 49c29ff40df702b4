/** The form that each strategy fills in: branches in, the same or fewer of them out, in order and with reasons. */
import type { RouteGroup, RouteNode } from "../../settings/route-types.ts";
import type { PlanTarget, RequestFacts } from "../types.ts";

/** A target that exists and can be spoken to. */
export type Askable = Pick<PlanTarget, "instance" | "provider" | "model" | "wire">;

/** A target or group of a route, of which at least one target can be asked. */
export interface Branch {
  node: RouteNode;
  leaves: readonly Askable[];
}

export interface Ranked {
  branch: Branch;
  /** In words; empty when its place says it all. */
  why: string;
  variant?: string;
}

export interface StrategyContext {
  facts: RequestFacts;
  /** Tells experiments and sessions of one route from those of another. */
  route: string;
  /** In [0, 1), another one each time. */
  draw: () => number;
  /** One of its targets may be asked now. */
  isAvailable: (branch: Branch) => boolean;
  /** Of the fastest of its targets that may be asked now; null while too little is known. */
  firstTokenP50Ms: (branch: Branch) => number | null;
  leaveOut: (branch: Branch, why: string) => void;
}

/** Null when the group has nothing to say about this request. */
export type Strategy = (branches: readonly Branch[], group: RouteGroup, context: StrategyContext) => Ranked[] | null;

export const weightOf = ({ node }: Branch): number => node.weight ?? 1;
