import { variantOf } from "../../settings/route-types.ts";
import { stableOrder } from "../chance.ts";
import type { RequestFacts } from "../types.ts";
import { type Strategy, weightOf } from "./strategy.ts";

/**
 * A session (or key) gets one variant by weight and keeps it; the others stand behind it. Health has no say in it: who is
 * moved while a provider is down would be counted for the wrong variant.
 */
export const ab: Strategy = (branches, { targets, stickBy = "session" }, { facts, route, draw }) => {
  const experiment = `${route}\n${targets.map(variantOf).join("\n")}`;
  const key = `${experiment}\n${stickyKey(facts, stickBy) ?? `chance:${draw()}`}`;
  const ordered = stableOrder(branches, key, (branch) => ({ name: variantOf(branch.node), weight: weightOf(branch) }));
  return ordered.map((branch, place) => {
    const variant = variantOf(branch.node);
    return { branch, variant, why: place === 0 ? `variant "${variant}"` : `variant "${variant}" stands in` };
  });
};

/** Null when nothing tells this caller from others. */
export function stickyKey({ session, key }: RequestFacts, first: "session" | "key"): string | null {
  const bySession = session === null ? null : `session:${session}`;
  const byKey = key === null ? null : `key:${key.id}`;
  return first === "session" ? (bySession ?? byKey) : (byKey ?? bySession);
}
