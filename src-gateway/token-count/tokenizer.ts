/**
 * Counts the tokens of texts with o200k_base. It blocks while it counts, and keeps some 60 MB of tables: for the worker
 * only.
 */
import { hash } from "node:crypto";
import { clearMergeCache, countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { cutRuns } from "./cut-runs.ts";

/** An agent sends the same system prompt, tools and history again and again; only what is new has to be counted. */
const REMEMBERED_TEXTS = 20_000;
/** Below this, counting is as fast as remembering. */
const REMEMBERED_UNITS = 512;
/** By digest, so that nothing that anybody said is kept. Least recently used first. */
const remembered = new Map<string, number>();

/** Words like `<|endoftext|>` in a request are text like any other. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

export function countTexts(texts: readonly string[]): number {
  let tokens = 0;
  for (const text of texts) tokens += text.length < REMEMBERED_UNITS ? countText(text) : recall(text);
  // It keeps the words of the texts, and with each word the whole text that it was cut from.
  clearMergeCache();
  return tokens;
}

function recall(text: string): number {
  const key = hash("sha256", text, "base64");
  const tokens = remembered.get(key) ?? countText(text);
  remembered.delete(key);
  remembered.set(key, tokens);
  const oldest = remembered.size > REMEMBERED_TEXTS ? remembered.keys().next().value : undefined;
  if (oldest !== undefined) remembered.delete(oldest);
  return tokens;
}

function countText(text: string): number {
  let tokens = 0;
  for (const piece of cutRuns(text)) tokens += countTokens(piece, AS_TEXT);
  return tokens;
}
