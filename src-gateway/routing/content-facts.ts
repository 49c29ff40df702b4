/** What the text of a request is like: measured on samples, so that a long conversation costs no more than a short one. */
import type { Part, Turn } from "../ir/part.ts";
import type { IrRequest } from "../ir/request.ts";
import type { Script } from "../settings/route-types.ts";
import type { ContentFacts } from "./types.ts";

/** Of the user's own texts, the newest. */
const CODE_SAMPLE = 32_000;
const LANGUAGE_SAMPLE = 4_000;
const MIN_LETTERS = 3;

export const NO_CONTENT: ContentFacts = {
  characters: 0,
  hasTools: false,
  hasImages: false,
  code: 0,
  language: null,
  lastUserText: "",
};

export function contentFactsOf({ turns, tools }: Pick<IrRequest, "turns" | "tools">): ContentFacts {
  let characters = 0;
  let hasImages = false;
  let hasCalls = false;
  const visit = (part: Part): void => {
    if (part.kind === "text" || part.kind === "thinking" || part.kind === "refusal") characters += part.text.length;
    else if (part.kind === "image") hasImages = true;
    else if (part.kind === "call") {
      hasCalls = true;
      characters += part.args.length;
    } else if (part.kind === "result") {
      hasCalls = true;
      part.parts.forEach(visit);
    }
  };
  for (const turn of turns) turn.parts.forEach(visit);
  const userTexts = turns
    .filter(({ role }) => role === "user")
    .map(ownText)
    .filter((text) => text !== "");
  const lastUserText = userTexts.at(-1) ?? "";
  return {
    characters,
    hasTools: tools.length > 0 || hasCalls,
    hasImages,
    code: codeShare(newest(userTexts, CODE_SAMPLE)),
    language: scriptOf(lastUserText.slice(0, LANGUAGE_SAMPLE)),
    lastUserText,
  };
}

const ownText = ({ parts }: Turn): string =>
  parts.flatMap((part) => (part.kind === "text" ? part.text : [])).join("\n");

function newest(texts: readonly string[], limit: number): string {
  const taken: string[] = [];
  let left = limit;
  for (const text of texts.toReversed()) {
    if (left <= 0) break;
    taken.push(text.slice(0, left));
    left -= text.length;
  }
  return taken.reverse().join("\n");
}

const FENCE = /^\s*(?:```|~~~)/;
/** Ends as statements end, or begins as declarations, comments, diffs and prompts of shells begin. */
const LIKE_CODE =
  /(?:[;{}]|=>|\)\s*:|,\s*\\)\s*$|^\s*(?:\/\/|\/\*|#include|#!|@@|diff --git|import\s+[\w{*"']|from\s+[\w.]+\s+import|export\s|const\s+\w+\s*=|let\s+\w+\s*=|var\s+\w+\s*=|def\s+\w+\(|class\s+\w+|func\s+\w+|fn\s+\w+|return\b.*[;)]|public\s|private\s|SELECT\s.+\sFROM|<\/?[a-z][\w-]*[\s>]|\$\s+\w+|\w+\([^)]*\)\s*$)/;
/** A longer line is looked at in part. */
const MAX_LINE = 400;

/** By characters of lines that are not empty. */
function codeShare(text: string): number {
  let [code, all] = [0, 0];
  let isFenced = false;
  for (const line of text.split("\n")) {
    const size = line.trim().length;
    if (FENCE.test(line)) {
      isFenced = !isFenced;
      continue;
    }
    all += size;
    if (size > 0 && (isFenced || LIKE_CODE.test(line.slice(0, MAX_LINE)))) code += size;
  }
  return all === 0 ? 0 : code / all;
}

/** The alphabets are looked up when one of these is made, which few gateways need, and none while it starts. */
const makeLetters = (): readonly [Script, RegExp][] => [
  ["latin", /\p{Script=Latin}/gu],
  ["cyrillic", /\p{Script=Cyrillic}/gu],
  ["greek", /\p{Script=Greek}/gu],
  ["arabic", /\p{Script=Arabic}/gu],
  ["hebrew", /\p{Script=Hebrew}/gu],
  ["devanagari", /\p{Script=Devanagari}/gu],
  ["thai", /\p{Script=Thai}/gu],
  ["chinese", /\p{Script=Han}/gu],
  ["japanese", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["korean", /\p{Script=Hangul}/gu],
];
let letters: ReturnType<typeof makeLetters> | null = null;

/** One of these says what takes an alphabet several letters. */
const DENSE: ReadonlySet<Script> = new Set(["chinese", "japanese", "korean"]);

function scriptOf(text: string): Script | null {
  const counts = new Map<Script, number>();
  letters ??= makeLetters();
  for (const [script, pattern] of letters) {
    const count = text.match(pattern)?.length ?? 0;
    counts.set(script, DENSE.has(script) ? count * 3 : count);
  }
  const [han = 0, kana = 0] = [counts.get("chinese"), counts.get("japanese")];
  // Japanese mixes both, Chinese has no kana.
  if (kana > 0 && kana * 8 >= han) {
    counts.set("japanese", kana + han);
    counts.set("chinese", 0);
  }
  const [best, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return count >= MIN_LETTERS ? best : null;
}
