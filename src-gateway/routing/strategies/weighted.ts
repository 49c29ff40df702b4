import { type Strategy, weightOf } from "./strategy.ts";

/**
 * One branch drawn by weight comes first; the others follow in falling weight, for the case that it fails. The draw is
 * among those that can be asked now, so that the shares of the others stay in proportion while one is down.
 */
export const weighted: Strategy = (branches, _group, { draw, isAvailable }) => {
  const available = branches.filter(isAvailable);
  const urn = available.some((branch) => weightOf(branch) > 0) ? available : branches;
  const total = urn.reduce((sum, branch) => sum + weightOf(branch), 0);
  let left = draw() * total;
  const drawn = urn.find((branch) => (left -= weightOf(branch)) < 0) ?? urn[0];
  if (!drawn) return [];
  const others = branches.filter((branch) => branch !== drawn).toSorted((a, b) => weightOf(b) - weightOf(a));
  return [
    { branch: drawn, why: `drawn by weight, ${weightOf(drawn)} of ${total}` },
    ...others.map((branch) => ({ branch, why: "behind the one that was drawn" })),
  ];
};
