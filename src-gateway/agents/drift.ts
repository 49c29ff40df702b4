/** What has become of the keys that we wrote. */
import { decode } from "./bytes.ts";
import { maskSecrets } from "./diff.ts";
import { hashOf } from "./edit-text.ts";
import { editorOf } from "./editors/editor-of.ts";
import { UnreadableText } from "./editors/types.ts";
import type { Journal, JournalFile } from "./journal.ts";
import { type Json, nameOf, valueAt } from "./json.ts";
import { readFile } from "./read-file.ts";
import type { AgentWorld } from "./types.ts";

export interface Drift {
  path: string;
  line: number | null;
  /** Null where the whole file is meant. */
  key: string | null;
  what: "changed" | "gone" | "unreadable";
  /** As it is now, in JSON, secrets masked; null where it is gone. */
  now: string | null;
}

const SHOWN_CHARACTERS = 120;

export async function findDrift(world: AgentWorld, journal: Journal): Promise<Drift[]> {
  const found = await Promise.all(journal.files.map((file) => driftOf(world, file)));
  return found.flat();
}

async function driftOf(world: AgentWorld, file: JournalFile): Promise<Drift[]> {
  const { path, keys, format, writtenHash } = file;
  const whole = (what: Drift["what"], line: number | null = null): Drift[] => [
    { path, line, key: null, what, now: null },
  ];
  const found = await readFile(world, path);
  if (found.hash === writtenHash) return [];
  if (found.bytes === null) return whole("gone");
  try {
    const { text } = decode(found.bytes);
    const editor = editorOf(format);
    const value = editor.parse(text);
    return keys.flatMap((key): Drift[] => {
      const now = valueAt(value, key.path);
      const hash = now === undefined ? null : hashOf(now);
      if (hash === key.writtenHash || (key.isLoose && now !== undefined)) return [];
      const what = now === undefined ? "gone" : "changed";
      return [
        { path, line: editor.lineOf(text, key.path), key: nameOf(key.path), what, now: shown(now, key.isSecret) },
      ];
    });
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    return whole("unreadable", error.line);
  }
}

function shown(value: Json | undefined, isSecret: boolean): string | null {
  if (value === undefined) return null;
  const text = isSecret ? "••••" : maskSecrets(JSON.stringify(value), []);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
