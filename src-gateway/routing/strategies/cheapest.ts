import { isGroup, type RouteNode, type TargetCost } from "../../settings/route-types.ts";
import type { Strategy } from "./strategy.ts";

/** What an answer is taken to be long, and a token of the prompt: it is the order that counts, not the sum. */
const OUTPUT_TOKENS = 1_000;
const BYTES_PER_TOKEN = 4;
const MIN_INPUT_TOKENS = 1_000;

/** The cheapest for a prompt of this size comes first, the better one where the cost is the same. */
export const cheapest: Strategy = (branches, { minQuality }, { facts, leaveOut }) => {
  const good = branches.filter((branch) => {
    const quality = branch.node.quality ?? (minQuality === undefined ? 1 : 0);
    if (minQuality === undefined || quality >= minQuality) return true;
    leaveOut(branch, `its quality of ${quality} is below ${minQuality}`);
    return false;
  });
  const inputTokens = Math.max(MIN_INPUT_TOKENS, facts.bytes / BYTES_PER_TOKEN);
  const priced = good.map((branch) => ({ branch, cost: estimate(branch.node, inputTokens) }));
  const quality = (node: RouteNode): number => node.quality ?? 0;
  return priced
    .toSorted((a, b) => compare(a.cost, b.cost) || quality(b.branch.node) - quality(a.branch.node))
    .map(({ branch, cost }) => ({
      branch,
      why: cost === Infinity ? "its cost is not known" : `costs about ${Number(cost.toPrecision(3))}`,
    }));
};

// Infinity less Infinity is no number.
const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** A group without a cost of its own costs what its cheapest target does. */
function estimate(node: RouteNode, inputTokens: number): number {
  if (node.cost) return priceOf(node.cost, inputTokens);
  return isGroup(node) ? Math.min(...node.targets.map((each) => estimate(each, inputTokens))) : Infinity;
}

const priceOf = ({ input, output }: TargetCost, inputTokens: number): number =>
  (input * inputTokens + output * OUTPUT_TOKENS) / 1_000_000;
