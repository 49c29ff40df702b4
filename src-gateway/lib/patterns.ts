/** Patterns with `*` (any text, also none) and `?` (one character). */

/** Longer texts are no names; without a bound, a client's megabyte against many patterns would cost seconds. */
const MAX_TEXT = 2_000;

export const isPattern = (text: string): boolean => text.includes("*") || text.includes("?");

/** Whole text against whole pattern. Time is at most their lengths multiplied. */
export function fits(pattern: string, text: string): boolean {
  if (pattern === "*") return true;
  if (text.length > MAX_TEXT) return false;
  let [at, place] = [0, 0];
  let [star, resume] = [-1, 0];
  while (place < text.length) {
    const sign = pattern[at];
    if (sign === "*") {
      star = at++;
      resume = place;
    } else if (sign !== undefined && (sign === "?" || sign === text[place])) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++resume;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

export const fitsAnyCase = (pattern: string, text: string): boolean =>
  text.length <= MAX_TEXT ? fits(pattern.toLowerCase(), text.toLowerCase()) : pattern === "*";

/** Whether the pieces between the stars stand in the text, in this order. `?` is a question mark here. */
export function stands(pattern: string, text: string): boolean {
  let from = 0;
  for (const piece of pattern.split("*")) {
    const at = text.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}

/** What makes one pattern more exact than another. */
export interface Exactness {
  /** The text before the first sign. */
  prefix: string;
  /** Length of the text behind the last sign. */
  suffix: number;
  /** Length of all that is no sign. */
  literals: number;
  stars: number;
}

export function exactnessOf(pattern: string): Exactness {
  const pieces = pattern.split(/[*?]/);
  const literals = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return {
    prefix: pieces[0] ?? "",
    suffix: pieces.length > 1 ? (pieces.at(-1)?.length ?? 0) : 0,
    literals,
    stars: pattern.split("*").length - 1,
  };
}

/** Negative when `a` is the more exact one; 0 when nothing but the file's order can decide. */
export const compareExactness = (a: Exactness, b: Exactness): number =>
  b.prefix.length - a.prefix.length || b.suffix - a.suffix || b.literals - a.literals || a.stars - b.stars;
