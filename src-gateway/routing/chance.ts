/** Chance and choice that can be repeated: from one number, or from a text. */

/** Draws in [0, 1): the first is the seed itself, the others follow from it. */
export function drawsFrom(seed: number): () => number {
  let count = 0;
  return () => (count++ === 0 ? seed : shareOf(`${seed}#${count}`));
}

/** The same text always gives the same number in (0, 1), and similar texts give unrelated ones. */
export function shareOf(text: string): number {
  let [low, high] = [0x811c9dc5, 0x9dc5811c];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + at), 0x85ebca6b);
  }
  [low, high] = [scatter(low ^ (high >>> 7)), scatter(high ^ (low >>> 9))];
  return ((high >>> 6) * 2 ** 27 + (low >>> 5) + 0.5) / 2 ** 53;
}

/** Spreads a change of one bit over all 32. */
function scatter(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * An order of names that is the same for each key, and over many keys follows the weights. When a name comes or goes, only
 * the keys that had it first, or have it now, change theirs.
 */
export function stableOrder<Item>(
  items: readonly Item[],
  key: string,
  of: (item: Item) => { name: string; weight: number },
): Item[] {
  const scored = items.map((item) => {
    const { name, weight } = of(item);
    // Waiting times: whoever has twice the weight comes first twice as often.
    return { item, score: weight > 0 ? -Math.log(shareOf(`${name}\n${key}`)) / weight : Infinity };
  });
  return scored.sort((a, b) => (a.score === b.score ? 0 : a.score - b.score)).map(({ item }) => item);
}
