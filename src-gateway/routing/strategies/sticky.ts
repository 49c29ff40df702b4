import { stableOrder } from "../chance.ts";
import { stickyKey } from "./ab.ts";
import { type Branch, type Strategy, weightOf } from "./strategy.ts";

/** A session keeps its target while that is healthy. Where one is down, only its own sessions move. */
export const sticky: Strategy = (branches, _group, { facts, route, draw }) => {
  const key = stickyKey(facts, "session");
  const ordered = stableOrder(branches, `${route}\n${key ?? `chance:${draw()}`}`, (branch) => ({
    name: nameOf(branch),
    weight: weightOf(branch),
  }));
  const whose = key === null ? "drawn, as no session is known" : "this session's own";
  return ordered.map((branch, place) => ({ branch, why: place === 0 ? whose : "the next one of this session" }));
};

const nameOf = ({ leaves }: Branch): string => leaves.map(({ provider, model }) => `${provider}/${model}`).join(" ");
