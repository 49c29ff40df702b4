/** A file that is watched: somebody is told what stands in it whenever that has settled. */
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { readText } from "./read-text.ts";
import { SettingsError } from "./types.ts";

/** Two looks this far apart must find the same text, or somebody is still writing it. */
const SETTLE_MS = 80;
/** Some file systems (network mounts, container volumes) report no changes: look by ourselves, too. */
const POLL_MS = 500;

/** What a look at the file found. */
export type Look = { text: string; error: null } | { text: null; error: SettingsError };

export interface FileWatch {
  start(): void;
  stop(): void;
}

/** Reads the file now. */
export async function lookAt(path: string): Promise<Look> {
  try {
    return { text: await readText(path), error: null };
  } catch (error) {
    if (error instanceof SettingsError) return { text: null, error };
    throw error;
  }
}

/** A text that tells states of the file apart; NUL cannot begin one that is taken. */
export const stateOf = (look: Look): string => look.text ?? `\0${look.error?.message}`;

/** Calls `onSettled` whenever two looks in a row agree; whether that is news, the caller knows. */
export function watchFile(
  path: string,
  onSettled: (look: Look) => void,
  onFailure: (error: unknown) => void,
): FileWatch {
  let watcher: FSWatcher | null = null;
  let poll: NodeJS.Timeout | null = null;
  let pending: NodeJS.Timeout | null = null;
  let seen: { state: string | null; sinceMs: number } = { state: null, sinceMs: 0 };
  /** Grows with each stop, so that a look under way when it came is forgotten. */
  let run = 0;

  const look = async (): Promise<void> => {
    const mine = run;
    const found = await lookAt(path);
    if (mine !== run) return;
    const [state, nowMs] = [stateOf(found), performance.now()];
    if (state !== seen.state) seen = { state, sinceMs: nowMs };
    // Half of it, because timers may come early.
    if (nowMs - seen.sinceMs > SETTLE_MS / 2) onSettled(found);
    else soon();
  };
  // A look that is due is not put off by more events: a busy folder would put it off for ever.
  const soon = (): void => {
    pending ??= setTimeout(() => {
      pending = null;
      look().catch(onFailure);
    }, SETTLE_MS).unref();
  };
  const isAboutUs = (name: string | null): boolean => name === null || name === basename(path) || name.startsWith("..");

  return {
    start() {
      if (poll) return;
      try {
        // The folder, because editors replace the file, and mounted configurations swap a link ("..data") beside it.
        watcher = watch(dirname(path), { persistent: false }, (_event, name) => isAboutUs(name) && soon());
        watcher.on("error", () => watcher?.close());
      } catch {
        // No watching here; looking finds changes too.
      }
      poll = setInterval(() => void look().catch(onFailure), POLL_MS).unref();
    },
    stop() {
      run++;
      watcher?.close();
      clearInterval(poll ?? undefined);
      clearTimeout(pending ?? undefined);
      watcher = null;
      poll = null;
      pending = null;
      seen = { state: null, sinceMs: 0 };
    },
  };
}
