/** Requests and answers have the same keys again and again: each is spelled once, with all that may stand around it. */
const LONGEST = 64;
/** Tools of all clients have thousands of names. */
const MOST_KEYS = 2_000;

/** Where a key stands: the first of its object, behind another value, or behind a text whose closing quote is missing. */
export const FIRST = 0;
export const BEHIND = 2;
export const BEHIND_TEXT = 4;
/** To be added for a key that a text follows: the opening quote of the text is there then. */
export const AS_TEXT = 1;
export const BEFORE_KEY = ["{", "{", ",", ",", '",', '",'] as const;

const known = new Map<string, readonly string[]>();

/** The key as JSON with its colon, by place; null for a long one. */
export function spelledKey(key: string): readonly string[] | null {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (key.length > LONGEST) return null;
  const json = `${JSON.stringify(key)}:`;
  const spelled = BEFORE_KEY.map((before, place) => before + json + (place % 2 === AS_TEXT ? '"' : ""));
  if (known.size >= MOST_KEYS) known.clear();
  known.set(key, spelled);
  return spelled;
}
