/** A file that is watched: somebody is told what stands in it whenever that has settled. */
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { readText } from "./read-text.ts";
import { tellsOfChanges } from "./tells-of-changes.ts";
import { SettingsError } from "./types.ts";

/** Two looks this far apart must find the same text, or somebody is still writing it. */
const SETTLE_MS = 80;
/** Some file systems (network mounts, container volumes) report no changes: look by ourselves, too. */
const POLL_MS = 500;
/** Where every change is told as an event, in case that one got lost. */
const TOLD_POLL_MS = 5_000;
/** Of those looks, so many ask only when the file was written; a clock may be too coarse to tell two writings apart. */
const GLANCES = 6;

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

/** Another text for each writing, as far as the file system tells; costs a quarter of reading. */
async function lastWritten(path: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(path);
    return `${mtimeMs}/${ctimeMs}/${size}/${ino}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

interface WatchOptions {
  /** Told whenever two looks in a row agree; whether that is news, it knows itself. */
  onSettled: (look: Look) => void;
  onFailure: (error: unknown) => void;
  /** In place of `lookAt`. */
  look?: (path: string) => Promise<Look>;
}

export const watchFile = (path: string, options: WatchOptions): FileWatch => new Watch(path, options);

class Watch implements FileWatch {
  private readonly path: string;
  private readonly options: WatchOptions;
  private watcher: FSWatcher | null = null;
  private poll: NodeJS.Timeout | null = null;
  private pending: NodeJS.Timeout | null = null;
  private seen: { state: string | null; sinceMs: number } = { state: null, sinceMs: 0 };
  private written: string | null = null;
  private glances = 0;
  private isTold = false;
  /** Grows with each stop, so that a look under way when it came is forgotten. */
  private run = 0;

  constructor(path: string, options: WatchOptions) {
    this.path = path;
    this.options = options;
  }

  start(): void {
    if (this.poll) return;
    const isAboutUs = (name: string | null): boolean =>
      name === null || name === basename(this.path) || name.startsWith("..");
    const onEnd = (): void => {
      this.watcher = null;
      this.pollAgain();
    };
    this.watcher = watchFolder(this.path, (name) => isAboutUs(name) && this.soon(), onEnd);
    this.pollAgain();
  }

  stop(): void {
    this.run++;
    this.watcher?.close();
    clearTimeout(this.poll ?? undefined);
    clearTimeout(this.pending ?? undefined);
    this.watcher = null;
    this.poll = null;
    this.pending = null;
    this.seen = { state: null, sinceMs: 0 };
    this.written = null;
  }

  private async look(): Promise<void> {
    const mine = this.run;
    const found = await (this.options.look ?? lookAt)(this.path);
    if (mine !== this.run) return;
    const [state, nowMs] = [stateOf(found), performance.now()];
    if (state !== this.seen.state) {
      this.seen = { state, sinceMs: nowMs };
      // Another file may be there now, at a place that tells less.
      this.isTold = await tellsOfChanges(this.path);
      if (mine !== this.run) return;
      this.pollAgain();
    }
    // Half of it, because timers may come early.
    if (nowMs - this.seen.sinceMs > SETTLE_MS / 2) this.options.onSettled(found);
    else this.soon();
  }

  /** Reads the file when it was written since the last glance. */
  private async glance(): Promise<void> {
    const mine = this.run;
    const now = await lastWritten(this.path);
    if (mine !== this.run || (now === this.written && ++this.glances < GLANCES)) return;
    [this.written, this.glances] = [now, 0];
    await this.look();
  }

  private pollAgain(): void {
    clearTimeout(this.poll ?? undefined);
    const mine = this.run;
    const look = async (): Promise<void> => {
      await this.glance().catch(this.options.onFailure);
      if (mine === this.run) this.pollAgain();
    };
    const waitMs = this.isTold && this.watcher !== null ? TOLD_POLL_MS : POLL_MS;
    this.poll = setTimeout(() => void look(), waitMs).unref();
  }

  /** A look that is due is not put off by more events: a busy folder would put it off for ever. */
  private soon(): void {
    this.pending ??= setTimeout(() => {
      this.pending = null;
      this.look().catch(this.options.onFailure);
    }, SETTLE_MS).unref();
  }
}

/** The folder, because editors replace the file, and mounted configurations swap a link ("..data") beside it. */
function watchFolder(path: string, onEvent: (name: string | null) => void, onEnd: () => void): FSWatcher | null {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => onEvent(name));
    watcher.on("error", () => {
      watcher.close();
      onEnd();
    });
    return watcher;
  } catch {
    // No watching here; looking finds changes too.
    return null;
  }
}
