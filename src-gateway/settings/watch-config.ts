/** The configuration, kept current: the file is watched, and a bad one never replaces a good one. */
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { type ConfigParts, mergeConfig, withoutFile } from "./merge-config.ts";
import { readText, readTextNow } from "./read-text.ts";
import { type GatewayConfig, SettingsError } from "./types.ts";

export interface ConfigSource {
  current(): GatewayConfig;
  /** Starts to watch. */
  start(): void;
  /** Reads the file now; takes it, or calls `onProblem`. */
  reload(): Promise<void>;
  stop(): void;
  /** Why the file on disk is not what runs; null when it is. */
  lastProblem(): SettingsError | null;
}

export interface ConfigSourceOptions extends ConfigParts {
  /** May throw a SettingsError: the configuration then counts as bad. */
  onChange(config: GatewayConfig): void;
  onProblem(error: SettingsError): void;
}

/** Two looks this far apart must find the same text, or somebody is still writing it. */
const SETTLE_MS = 80;
/** Some file systems (network mounts, container volumes) report no changes: look by ourselves, too. */
const POLL_MS = 500;

/** What a look at the file found. */
type Look = { text: string; error: null } | { text: null; error: SettingsError };

/** @throws SettingsError when the file cannot be used at the start. */
export function createConfigSource(options: ConfigSourceOptions): ConfigSource {
  const path = options.settings.configFile;
  const others = withoutFile(options);
  let taken: string | null = path === null ? null : readTextNow(path);
  let config = mergeConfig(options, others, taken, 1);
  /** The state of the file that was decided on last, good or bad. */
  let decided = taken;
  let problem: SettingsError | null = null;

  const refuse = (error: SettingsError): void => {
    problem = error;
    options.onProblem(error);
  };
  const decide = (look: Look): void => {
    decided = stateOf(look);
    if (look.error) return refuse(look.error);
    // Written again without a change, or back at what runs after a mistake: only the latter is news.
    if (look.text === taken && problem === null) return;
    try {
      // Cut off before it is written anew; nobody removes all providers like this.
      if (look.text === "")
        throw new SettingsError([
          { where: path ?? "", key: "file", problem: "is empty", hint: "write providers: [] if this is meant" },
        ]);
      const next = mergeConfig(options, others, look.text, config.version + 1);
      options.onChange(next);
      config = next;
      taken = look.text;
      problem = null;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      refuse(error);
    }
  };
  const onFailure = (err: unknown): void => options.log.error({ err }, "the configuration could not be looked at");
  const onSettled = (look: Look): void => {
    if (stateOf(look) !== decided) decide(look);
  };
  const watching = path === null ? null : watchFile(path, onSettled, onFailure);
  return {
    current: () => config,
    start: () => watching?.start(),
    async reload() {
      if (path !== null) decide(await lookAt(path));
    },
    stop: () => watching?.stop(),
    lastProblem: () => problem,
  };
}

interface FileWatch {
  start(): void;
  stop(): void;
}

async function lookAt(path: string): Promise<Look> {
  try {
    return { text: await readText(path), error: null };
  } catch (error) {
    if (error instanceof SettingsError) return { text: null, error };
    throw error;
  }
}

/** A text that tells states of the file apart; NUL cannot begin one that is taken. */
const stateOf = (look: Look): string => look.text ?? `\0${look.error?.message}`;

/** Calls `onSettled` whenever two looks in a row agree; whether that is news, the caller knows. */
function watchFile(path: string, onSettled: (look: Look) => void, onFailure: (error: unknown) => void): FileWatch {
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
