/** One file without what we wrote: byte for byte the old one where nobody else has changed it, else key by key. */
import { AgentError } from "./agent-error.ts";
import { decode, encode } from "./bytes.ts";
import { type LeftKey, undoText } from "./edit-text.ts";
import { UnreadableText } from "./editors/types.ts";
import type { JournalFile, JournalStore } from "./journal.ts";
import { type FoundFile, readFile } from "./read-file.ts";
import type { AgentWorld } from "./types.ts";

export interface UndoneFile {
  found: FoundFile;
  /** Null where there is to be no file. */
  bytes: Uint8Array | null;
  how: "restored" | "removed" | "keys" | "untouched";
  left: LeftKey[];
}

/** @throws AgentError refused where the file cannot be read any more. */
export async function undoFile(
  world: AgentWorld,
  store: JournalStore,
  agent: string,
  file: JournalFile,
  keepHistory = false,
): Promise<UndoneFile> {
  const found = await readFile(world, file.path);
  const baseline = file.baseline === null ? null : await store.readBackup(agent, file.baseline);
  const kept = keepHistory ? file.keys.filter(({ holdsHistory, isSecret }) => holdsHistory && !isSecret) : [];
  if (found.hash === file.writtenHash && kept.length === 0) {
    return { found, bytes: baseline, how: baseline === null ? "removed" : "restored", left: [] };
  }
  if (found.bytes === null) return { found, bytes: null, how: "untouched", left: [] };
  try {
    const { text, hasMark } = decode(found.bytes);
    const original = baseline === null ? "" : decode(baseline).text;
    const undone = undoText(
      text,
      file.format,
      original,
      file.keys.filter((key) => !kept.includes(key)),
    );
    return {
      found,
      bytes: undone.text === text ? found.bytes : encode({ text: undone.text, hasMark }),
      how: undone.text === text ? "untouched" : "keys",
      left: undone.left,
    };
  } catch (error) {
    throw refusal(error, file.path);
  }
}

export function refusal(error: unknown, path: string): unknown {
  if (!(error instanceof UnreadableText)) return error;
  return new AgentError("refused", `${path} is left alone, because ${error.message}. Mend it, then try again.`, {
    path,
    line: error.line,
  });
}
