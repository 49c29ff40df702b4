/** Keys that stand in a document in the clear: in a comment, say, where nothing refuses them. They are never kept. */
import { isScalar, parseDocument, visit } from "yaml";
import { findKeys } from "../settings/secret-text.ts";

/** What stands in their place. */
const HIDDEN = "[hidden]";

const MIN_KNOWN = 16;

export interface Literal {
  start: number;
  end: number;
  /** From 1. */
  line: number;
  column: number;
}

/** @param known secrets that the gateway has used. */
export function findLiterals(text: string, known: readonly string[]): Literal[] {
  const spans = findKeys(text);
  for (const secret of known) {
    // What a local server takes for a key may be any word.
    if (secret.length < MIN_KNOWN) continue;
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length))
      spans.push({ start: at, end: at + secret.length });
  }
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  const apart: { start: number; end: number }[] = [];
  for (const span of spans) {
    const last = apart.at(-1);
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else apart.push({ ...span });
  }
  return apart.map((span) => ({ ...span, ...placeAt(text, span.start) }));
}

export function hideLiterals(text: string, literals: readonly Literal[]): string {
  let shown = "";
  let from = 0;
  for (const { start, end } of literals) {
    shown += text.slice(from, start) + HIDDEN;
    from = end;
  }
  return shown + text.slice(from);
}

/** Where the text says that something was hidden. `isValue` is false in a comment, where nothing is lost by it. */
export function findHidden(text: string): { line: number; column: number; isValue: boolean }[] {
  const places: number[] = [];
  for (let at = text.indexOf(HIDDEN); at >= 0; at = text.indexOf(HIDDEN, at + 1)) places.push(at);
  if (places.length === 0) return [];
  const values: [number, number][] = [];
  visit(parseDocument(text, { logLevel: "silent" }), {
    Node(_key, node) {
      if (isScalar(node) && node.range) values.push([node.range[0], node.range[1]]);
    },
  });
  return places.map((at) => ({
    ...placeAt(text, at),
    isValue: values.some(([start, end]) => start <= at && at < end),
  }));
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
