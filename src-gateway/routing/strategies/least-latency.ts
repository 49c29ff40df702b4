import type { Branch, Ranked, Strategy, StrategyContext } from "./strategy.ts";

const EXPLORE = 0.05;

/**
 * The fastest to the first token comes first. A share of the requests goes to another one, because what is never asked is
 * never known to have become fast; among those the ones of which nothing is known come before the others.
 */
export const leastLatency: Strategy = (branches, { explore = EXPLORE }, context) => {
  const timed = branches.map((branch) => ({ branch, p50Ms: context.firstTokenP50Ms(branch) }));
  // Infinity less Infinity is no number.
  const known = timed.filter(({ p50Ms }) => p50Ms !== null).toSorted((a, b) => (a.p50Ms ?? 0) - (b.p50Ms ?? 0));
  const unknown = timed.filter(({ p50Ms }) => p50Ms === null);
  const ranked: Ranked[] = [...known, ...unknown].map(({ branch, p50Ms }) => ({
    branch,
    why: p50Ms === null ? "its latency is not known yet" : `first token after ${Math.round(p50Ms)} ms`,
  }));
  const picked = pick(ranked, known.length > 0, explore, context);
  return picked ? [picked, ...ranked.filter(({ branch }) => branch !== picked.branch)] : ranked;
};

/** The branch that goes first to learn about it; null when the fastest does. */
function pick(
  ranked: readonly Ranked[],
  isFastestKnown: boolean,
  explore: number,
  { draw, isAvailable, firstTokenP50Ms }: StrategyContext,
): Ranked | null {
  const available = ranked.filter(({ branch }) => isAvailable(branch));
  const isUnknown = ({ branch }: { branch: Branch }): boolean => firstTokenP50Ms(branch) === null;
  // Before anything is known everybody gets the same share.
  const others = isFastestKnown ? available.slice(1) : available;
  if (others.length === 0 || (isFastestKnown && draw() >= explore)) return null;
  const unknown = others.filter(isUnknown);
  const pool = unknown.length > 0 ? unknown : others;
  const picked = pool[Math.floor(draw() * pool.length)];
  return picked ? { branch: picked.branch, why: "asked to learn how fast it is" } : null;
}
