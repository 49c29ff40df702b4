/** A text, and keys that shall have values: the new text, and what is to be known to take them back. Pure. */
import { createHash } from "node:crypto";
import { editorOf } from "./editors/editor-of.ts";
import { type Editor, UnreadableText } from "./editors/types.ts";
import { isObject, isSame, type Json, nameOf, valueAt, withoutValue, withValue } from "./json.ts";
import type { DesiredEdit, FileFormat, KeyPath } from "./types.ts";

/** What the journal keeps of a key: no value, because it may be a secret. */
export interface KeyRecord {
  path: KeyPath;
  /** Of the value that was written; null where the key was removed. */
  writtenHash: string | null;
  isSecret: boolean;
  holdsHistory: boolean;
  hadValue: boolean;
  /** How many steps of the path led somewhere before. */
  depthBefore: number;
  first: boolean;
  isLoose: boolean;
}

export interface KeyChange {
  path: KeyPath;
  line: number | null;
  before: Json | undefined;
  after: Json | undefined;
  isSecret: boolean;
}

export interface EditedText {
  text: string;
  keys: KeyRecord[];
  changes: KeyChange[];
}

export const hashOf = (value: Json | undefined): string =>
  createHash("sha256")
    .update(JSON.stringify(sorted(value ?? null)))
    .digest("hex");

/** Members in one order, whoever wrote them. */
const sorted = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return typeof value === "bigint" ? String(value) : value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] as Json)]));
};

/** @throws UnreadableText */
export function editText(text: string, format: FileFormat, edits: readonly DesiredEdit[]): EditedText {
  const editor = editorOf(format);
  const before = editor.parse(text);
  let grown = text;
  let expected = before;
  const keys: KeyRecord[] = [];
  const changes: KeyChange[] = [];
  for (const edit of edits) {
    const { path, isSecret = false, holdsHistory = false, first = false, isLoose = false } = edit;
    const value = edit.valueFrom?.(before) ?? edit.value;
    const old = valueAt(before, path);
    if (value === undefined && old === undefined) continue;
    keys.push({
      path,
      writtenHash: value === undefined ? null : hashOf(value),
      isSecret,
      holdsHistory,
      hadValue: old !== undefined,
      depthBefore: depthOf(before, path),
      first,
      isLoose,
    });
    if (value !== undefined && isSame(valueAt(expected, path), value)) continue;
    changes.push({ path, line: editor.lineOf(text, path), before: old, after: value, isSecret });
    const source = value === undefined ? undefined : { value };
    grown = source ? editor.set(grown, path, source, first) : editor.remove(grown, path);
    expected = value === undefined ? withoutValue(expected, path) : withValue(expected, path, value, first);
  }
  check(editor, grown, expected, edits);
  return { text: grown, keys, changes };
}

const depthOf = (value: Json, path: KeyPath): number => {
  let depth = 0;
  while (depth < path.length && valueAt(value, path.slice(0, depth + 1)) !== undefined) depth++;
  return depth;
};

/** The last line of defence: a text that says anything else than it should is never written. */
function check(editor: Editor, text: string, expected: Json, edits: readonly { path: KeyPath }[]): void {
  if (isSame(editor.parse(text), expected)) return;
  const names = edits.map(({ path }) => nameOf(path)).join(", ");
  throw new UnreadableText(
    `it is written in a way in which ${names} cannot be changed without touching something else`,
  );
}

export interface LeftKey {
  path: KeyPath;
  line: number | null;
  why: "changed" | "gone" | "stuck";
}

export interface UndoneText {
  text: string;
  left: LeftKey[];
}

/**
 * Takes our keys back out of a text that may have changed since; what somebody else has changed stays.
 * @param original the text before ours was written.
 * @throws UnreadableText when the text cannot be read any more.
 */
export function undoText(text: string, format: FileFormat, original: string, keys: readonly KeyRecord[]): UndoneText {
  const editor = editorOf(format);
  editor.parse(text);
  const left: LeftKey[] = [];
  let shrunk = text;
  for (const key of keys.toReversed()) {
    const now = valueAt(editor.parse(shrunk), key.path);
    const why = whyLeft(key, now);
    if (why !== null) {
      left.push({ path: key.path, line: editor.lineOf(text, key.path), why });
      continue;
    }
    try {
      shrunk = takeBack(editor, shrunk, original, key);
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error;
      left.push({ path: key.path, line: editor.lineOf(text, key.path), why: "stuck" });
    }
  }
  return { text: shrunk, left: left.toReversed() };
}

/** Null where the key is as we wrote it. */
function whyLeft(key: KeyRecord, now: Json | undefined): LeftKey["why"] | null {
  if (key.writtenHash === null) return now === undefined ? null : "changed";
  if (now === undefined) return "gone";
  if (key.isLoose) return null;
  return hashOf(now) === key.writtenHash ? null : "changed";
}

function takeBack(editor: Editor, text: string, original: string, key: KeyRecord): string {
  const now = editor.parse(text);
  if (key.hadValue) {
    const old = valueAt(editor.parse(original), key.path) as Json;
    if (isSame(valueAt(now, key.path), old)) return text;
    const raw = editor.rawAt(original, key.path);
    const restored = editor.set(text, key.path, raw === undefined ? { value: old } : { raw }, key.first);
    check(editor, restored, withValue(now, key.path, old, key.first), [key]);
    return restored;
  }
  let shrunk = editor.remove(text, key.path);
  let expected = withoutValue(now, key.path);
  // What was made to hold the key goes with it, unless somebody else uses it by now.
  for (let depth = key.path.length - 1; depth > key.depthBefore && depth > 0; depth--) {
    const holder = key.path.slice(0, depth);
    if (!isEmpty(valueAt(expected, holder))) break;
    shrunk = editor.remove(shrunk, holder);
    expected = withoutValue(expected, holder);
  }
  check(editor, shrunk, expected, [key]);
  return shrunk;
}

/** A notation without empty tables has none left. */
const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
