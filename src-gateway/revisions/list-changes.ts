/** What differs between two documents, in the words of the people who read the history. */
import { isDeepStrictEqual } from "node:util";
import type { NounChange } from "./types.ts";

/** What an entry of a list is called. Without one it is called by its place. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  providers: ["id"],
  routes: ["match", "when"],
  prices: ["provider", "model"],
  budgets: ["id"],
  rate_limits: ["id", "per"],
  hooks: ["name"],
};
const MAX_NAME = 100;

/** @param before values as the documents give them; anything that is no map counts as empty. */
export function listChanges(before: unknown, after: unknown): NounChange[] {
  const [old, now] = [mapOf(before), mapOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((noun) =>
    compare(noun, entriesOf(noun, old[noun]), entriesOf(noun, now[noun])),
  );
}

function compare(noun: string, old: Map<string, unknown>, now: Map<string, unknown>): NounChange[] {
  const changes: NounChange[] = [];
  for (const [name, value] of now) {
    if (!old.has(name)) changes.push({ noun, name, change: "added" });
    else if (!isDeepStrictEqual(old.get(name), value)) changes.push({ noun, name, change: "changed" });
  }
  for (const name of old.keys()) if (!now.has(name)) changes.push({ noun, name, change: "removed" });
  const [oldOrder, newOrder] = [
    [...old.keys()].filter((name) => now.has(name)),
    [...now.keys()].filter((name) => old.has(name)),
  ];
  if (noun in NAMES) for (const name of movedIn(oldOrder, newOrder)) changes.push({ noun, name, change: "moved" });
  return changes;
}

/** The one that was moved, if it was one; else all that stand elsewhere. */
function movedIn(old: readonly string[], now: readonly string[]): string[] {
  if (isDeepStrictEqual(old, now)) return [];
  const one = now.find((name) => isDeepStrictEqual(without(old, name), without(now, name)));
  return one === undefined ? now.filter((name, at) => old[at] !== name) : [one];
}

const without = (names: readonly string[], left: string): string[] => names.filter((name) => name !== left);

function entriesOf(noun: string, value: unknown): Map<string, unknown> {
  if (value === undefined || value === null) return new Map();
  if (Array.isArray(value)) {
    const entries = new Map<string, unknown>();
    for (const [index, item] of value.entries()) {
      const name = nameOf(noun, item) ?? String(index + 1);
      entries.set(entries.has(name) ? `${name} (${index + 1})` : name, item);
    }
    return entries;
  }
  return new Map(typeof value === "object" ? Object.entries(value) : [[JSON.stringify(value), value]]);
}

function nameOf(noun: string, item: unknown): string | null {
  const members = mapOf(item);
  const parts = (NAMES[noun] ?? []).flatMap((name) => members[name] ?? []);
  if (parts.length === 0) return typeof item === "string" ? item.slice(0, MAX_NAME) : null;
  return parts
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join(" ")
    .slice(0, MAX_NAME);
}

const mapOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
