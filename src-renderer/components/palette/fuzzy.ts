/**
 * How well a text answers what was typed; null when it does not. Every word must be found: at the start of a word, within
 * one, or at least letter by letter in its order. Pure.
 */
export function fuzzyScore(typed: string, text: string): number | null {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const within = text.toLowerCase();
  let score = 0;
  for (const word of words) {
    const found = wordScore(word, within);
    if (found === 0) return null;
    score += found;
  }
  return score;
}

function wordScore(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at === 0) return 5;
  if (at > 0) return /[\s/(·-]/.test(text[at - 1] ?? "") ? 4 : 3;
  // Scattered letters of a long text would fit nearly everything.
  return isScattered(word, text) && text.length < word.length * 8 ? 1 : 0;
}

function isScattered(word: string, text: string): boolean {
  let from = 0;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}
