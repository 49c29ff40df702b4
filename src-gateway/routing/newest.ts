/** Names that leave out a version or a date: `claude-sonnet` is the newest Sonnet that a provider lists. */

export interface ListedModel {
  id: string;
  provider: string;
  /** Seconds since 1970, where the provider says it. */
  createdAt?: number;
}

const DATE = /^(?:20\d{6}|\d{4}|\d{2})$/;
const NUMBER = /^v?\d+(?:\.\d+)*$/;
const NOISE = new Set(["latest", "preview", "exp"]);

/** The listed models that the name stands for, newest first; empty when it stands for none, or is listed itself. */
export function newestOf(asked: string, listed: readonly ListedModel[]): ListedModel[] {
  const words = wordsOf(asked.replace(/-latest$/, ""));
  const isFamily = words.every((word) => !NUMBER.test(word));
  const wanted = withoutDate(words).join("-");
  if (wanted === "") return [];
  const found = listed.filter(({ id }) => {
    const own = wordsOf(id);
    if (!isFamily) return withoutDate(own).join("-") === wanted;
    return own.filter((word) => !NUMBER.test(word) && !NOISE.has(word)).join("-") === wanted;
  });
  return found.toSorted(newestFirst);
}

const wordsOf = (id: string): string[] => id.split("-").filter((word) => word !== "");

/** `claude-haiku-4-5-20251001` and `gpt-5-2026-03-01` without their dates; a version such as `4-5` stays. */
function withoutDate(words: string[]): string[] {
  const day = words.findIndex((word) => /^20\d{6}$/.test(word));
  if (day > 0) return words.slice(0, day);
  const year = words.findIndex((word, at) => /^20\d{2}$/.test(word) && DATE.test(words[at + 1] ?? ""));
  return year > 0 ? words.slice(0, year) : words;
}

function newestFirst(a: ListedModel, b: ListedModel): number {
  if (a.createdAt !== undefined && b.createdAt !== undefined && a.createdAt !== b.createdAt)
    return b.createdAt - a.createdAt;
  return compareVersions(versionOf(b.id), versionOf(a.id));
}

const versionOf = (id: string): number[] =>
  wordsOf(id)
    .filter((word) => NUMBER.test(word))
    .flatMap((word) => word.replace(/^v/, "").split(".").map(Number));

/** A date without a version before it is no version, so `4-20250514` is older than `4-5`. */
function compareVersions(a: number[], b: number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [clipDate(a[at]), clipDate(b[at])];
    if (left !== right) return left - right;
  }
  return (a.at(-1) ?? 0) - (b.at(-1) ?? 0);
}

const clipDate = (value: number | undefined): number => (value === undefined || value > 9_999 ? 0 : value);
