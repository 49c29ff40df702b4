/**
 * Puts sentences of the gateway into another language. It is given them as they come, with names and numbers filled in, and
 * finds the one with blanks that they were made from. What fills a blank may be words of the gateway again.
 */
import { type PatternedSentence, patternOf, type Splitter } from "./sentence-pattern.ts";

export type SentenceTable = (text: string) => string | null;

const MAX_DEPTH = 6;
const SENTENCES = /(?<=[.!?]) (?=[A-Z"`])/;
const CLAUSES = "; ";

/** What a blank may hold: words without an end of a clause; those of a sentence that has clauses of its own; anything. */
type Strictness = "words" | "clauses" | "all";

/** @param sentences as they are said → as they are wanted; `{{0}}`, `{{1}}` … stand for what is filled in. */
export function createSentenceTable(sentences: Readonly<Record<string, string>>): SentenceTable {
  const rows = Object.entries(sentences);
  const exact = new Map(rows.filter(([said]) => !said.includes("{{")));
  const patterns = rows
    .flatMap(([said, words]) => patternOf(said, words) ?? [])
    .toSorted((a, b) => b.weight - a.weight);
  return (text) => translate({ exact, patterns }, text, 0);
}

interface Table {
  exact: ReadonlyMap<string, string>;
  patterns: readonly PatternedSentence[];
}

function translate(table: Table, text: string, depth: number): string | null {
  if (depth > MAX_DEPTH) return null;
  return (
    whole(table, text, depth, "words") ??
    joined(table, text.split("\n"), "\n", depth) ??
    joined(table, text.split(SENTENCES), "", depth) ??
    whole(table, text, depth, "clauses") ??
    withoutStop(text, (rest) => whole(table, rest, depth, "clauses") ?? ofSubject(table, rest, depth)) ??
    joined(table, text.split(CLAUSES), "；", depth) ??
    whole(table, text, depth, "all") ??
    ofSubject(table, text, depth)
  );
}

function whole(table: Table, text: string, depth: number, strictness: Strictness): string | null {
  const known = table.exact.get(text);
  if (known !== undefined || depth > MAX_DEPTH) return known ?? null;
  const endsIn: Splitter = (value) => suffixOf(table, value, depth);
  for (const { read, words, hasClauses } of table.patterns) {
    if (strictness === "clauses" && !hasClauses) continue;
    const values = read(text, endsIn);
    if (values === null || (strictness === "words" && values.some(isSeveral))) continue;
    return words.replaceAll(/\{\{(\d+)\}\}/g, (_blank, place: string) => {
      const value = values[Number(place)] ?? "";
      return value === "" ? "" : (translate(table, value, depth + 1) ?? value);
    });
  }
  return null;
}

const isSeveral = (value: string): boolean => value.includes(CLAUSES) || SENTENCES.test(value);

/** Where in a value something begins that the gateway puts behind others, such as ` for "gpt-5"`; its length when nowhere. */
function suffixOf(table: Table, value: string, depth: number): number {
  for (const { index } of value.matchAll(/[ ,:;(]/g)) {
    if (whole(table, value.slice(index), depth + 1, "words") !== null) return index;
  }
  return value.length;
}

/** Some of it known is enough: names stay as they are. */
function joined(table: Table, parts: string[], glue: string, depth: number): string | null {
  if (parts.length < 2) return null;
  const found = parts.map((part) => translate(table, part, depth + 1));
  return found.every((part) => part === null) ? null : found.map((part, place) => part ?? parts[place]).join(glue);
}

/** Such as `targets[0].provider is missing`, where the table has what is said of it only. */
function ofSubject(table: Table, text: string, depth: number): string | null {
  const [, subject, rest] = /^(`[^`]+`|"[^"]+"|[^\s"`]+) (.+)$/s.exec(text) ?? [];
  const words = rest === undefined ? null : whole(table, rest, depth + 1, "words");
  return words === null ? null : `${subject} ${words}`;
}

function withoutStop(text: string, read: (rest: string) => string | null): string | null {
  const words = text.endsWith(".") ? read(text.slice(0, -1)) : null;
  return words === null ? null : `${words}。`;
}
