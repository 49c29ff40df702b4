/** Words that can be searched for. Both databases are given the same ones, so both find the same. */

/** A longer run of letters is an encoding, not a word. */
const MAX_WORD = 40;
/** Of one request and its answer; what comes after them is not found. */
const MAX_WORDS = 20_000;
/** Scripts without spaces: each sign is a word. */
const SIGN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const RUNS = /[\p{L}\p{N}]+/gu;
const ACCENTS = /\p{M}/gu;

/** Each word once, in the order of their first place. */
export function wordsOf(texts: Iterable<string>): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const word of runsOf(text)) {
      if (words.size >= MAX_WORDS) return [...words];
      words.add(word);
    }
  }
  return [...words];
}

/** What is asked for: all of these have to be there. A `*` behind a word stands for any ending. */
export function wordsAsked(text: string): string[] {
  const words: string[] = [];
  for (const piece of text.split(/\s+/)) {
    const runs = [...runsOf(piece)];
    const last = runs.pop();
    words.push(...runs);
    if (last !== undefined) words.push(piece.endsWith("*") ? `${last}*` : last);
  }
  return [...new Set(words)].slice(0, 32);
}

function* runsOf(text: string): Generator<string> {
  for (const [run] of text.normalize("NFKD").replace(ACCENTS, "").toLowerCase().matchAll(RUNS)) {
    if (SIGN.test(run)) {
      for (const part of run.matchAll(
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu,
      ))
        if (part[0].length <= MAX_WORD) yield part[0];
    } else if (run.length <= MAX_WORD) yield run;
  }
}
