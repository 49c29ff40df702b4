/**
 * The gateway speaks English. What it says of its own accord is put here into the language of the console; what a provider
 * said stays as it is. The table is large and comes after the first page; whoever shows such words is drawn again then.
 */
import { isLanguage, LANGUAGES } from "./languages.ts";
import { createSentenceTable, type SentenceTable } from "./sentence-table.ts";
import { language, onLanguageChange } from "./t.ts";

interface Table {
  said: SentenceTable;
  abouts: Readonly<Record<string, string>>;
}

const tables = new Map<string, Table>();
const listeners = new Set<() => void>();
/** The same sentences come again and again, with every drawing. */
const MAX_KEPT = 2_000;
const kept = new Map<string, string>();

/** Loads the words of the language that is shown, and of each that is chosen later. */
export function startGatewayWords(): void {
  onLanguageChange(() => void load(language()));
  void load(language());
}

async function load(tag: string): Promise<void> {
  kept.clear();
  const loading = isLanguage(tag) && !tables.has(tag) ? LANGUAGES[tag].loadGatewayWords : null;
  if (loading === null) return;
  // Without them the sentences stay in English.
  const words = await loading().catch(() => null);
  if (words === null) return;
  tables.set(tag, { said: createSentenceTable(words.said), abouts: words.abouts });
  kept.clear();
  for (const listener of listeners) listener();
}

export function onGatewayWords(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** How many languages are there by now: another number, another drawing. */
export const gatewayWordsLoaded = (): number => tables.size;

/** What the gateway said, in the language of the console; as it came where nobody knows it. */
export function said(text: string): string {
  const table = tables.get(language());
  if (table === undefined || text === "") return text;
  const known = kept.get(text);
  if (known !== undefined) return known;
  if (kept.size >= MAX_KEPT) kept.clear();
  const words = table.said(text) ?? text;
  kept.set(text, words);
  return words;
}

/** What a setting is for. @param about what the gateway says of it */
export const aboutSetting = (key: string, about: string): string => tables.get(language())?.abouts[key] ?? said(about);
