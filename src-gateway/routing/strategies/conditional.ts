import { conditionWords, whyNot } from "../conditions.ts";
import type { Ranked, Strategy } from "./strategy.ts";

/** The first branch whose condition holds, and no other. */
export const conditional: Strategy = (branches, _group, { facts, leaveOut }) => {
  let taken: Ranked | null = null;
  for (const branch of branches) {
    const { when } = branch.node;
    if (taken !== null) {
      leaveOut(branch, "an earlier condition holds");
      continue;
    }
    const problem = when ? whyNot(when, facts) : null;
    if (problem !== null) leaveOut(branch, problem);
    else taken = { branch, why: when ? `its condition holds (${conditionWords(when)})` : "no condition holds" };
  }
  return taken && [taken];
};
