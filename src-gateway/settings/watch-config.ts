/** The configuration, kept current: the file is watched, and a bad one never replaces a good one. */
import { existsSync } from "node:fs";
import { type ConfigParts, mergeConfig, withoutFile } from "./merge-config.ts";
import { NO_SUCH_FILE, readTextNow } from "./read-text.ts";
import { type GatewayConfig, type SettingProblem, SettingsError } from "./types.ts";
import { type Look, lookAt, stateOf, watchFile } from "./watch-file.ts";

export interface ConfigSource {
  current(): GatewayConfig;
  /** What is in force; null where there is no file. */
  text(): string | null;
  /** Starts to watch. */
  start(): void;
  /** Reads the file now; takes it, or calls `onProblem`. */
  reload(): Promise<void>;
  /** Everything that is wrong with a text, without taking it. */
  check(text: string): SettingProblem[];
  /** Takes a text, whatever stands in the file: it is then told as no news. @throws SettingsError */
  take(text: string): void;
  stop(): void;
  /** Why the file on disk is not what runs; null when it is. */
  lastProblem(): SettingsError | null;
}

export interface ConfigSourceOptions extends ConfigParts {
  /** In place of the file, which is then neither read nor watched. */
  text?: string;
  /** The file need not be there: it may be made later. */
  mayBeMissing?: boolean;
  /** May throw a SettingsError: the configuration then counts as bad. */
  onChange(config: GatewayConfig): void;
  /** May throw what `onChange` would. */
  onCheck?(config: GatewayConfig): void;
  onProblem(error: SettingsError): void;
}

/** @throws SettingsError when the file cannot be used at the start. */
export function createConfigSource(options: ConfigSourceOptions): ConfigSource {
  const path = options.settings.configFile;
  const others = withoutFile(options);
  let taken: string | null = options.text ?? firstText(options);
  let config = mergeConfig(options, others, taken, 1);
  /** The state of the file that was decided on last, good or bad. */
  let decided: string | null = taken ?? missingState(path);
  let problem: SettingsError | null = null;

  const refuse = (error: SettingsError): void => {
    problem = error;
    options.onProblem(error);
  };
  const take = (text: string): void => {
    const next = mergeConfig(options, others, text, config.version + 1);
    options.onChange(next);
    config = next;
    taken = text;
    problem = null;
  };
  const decide = (found: Look): void => {
    decided = stateOf(found);
    if (found.error) return refuse(found.error);
    // Written again without a change, or back at what runs after a mistake: only the latter is news.
    if (found.text === taken && problem === null) return;
    try {
      // Cut off before it is written anew; nobody removes all providers like this.
      if (found.text === "") throw isCutOff(path);
      take(found.text);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      refuse(error);
    }
  };
  const onFailure = (err: unknown): void => options.log.error({ err }, "the configuration could not be looked at");
  const onSettled = (found: Look): void => {
    if (stateOf(found) !== decided) decide(found);
  };
  const isWatched = path !== null && options.text === undefined;
  /** What was read before a text was taken would put the one before in force again: it is read anew. */
  const look = async (file: string): Promise<Look> => {
    for (;;) {
      const before = config;
      const found = await lookAt(file);
      if (config === before) return found;
    }
  };
  const watching = isWatched ? watchFile(path, { onSettled, onFailure, look }) : null;
  return {
    current: () => config,
    text: () => taken,
    start: () => watching?.start(),
    async reload() {
      const found = isWatched ? await look(path) : null;
      // A file that may be made later, and has not been, is no news.
      if (found !== null && !(taken === null && stateOf(found) === decided)) decide(found);
    },
    check: (text) => {
      try {
        options.onCheck?.(mergeConfig(options, others, text, config.version));
        return [];
      } catch (error) {
        if (error instanceof SettingsError) return error.problems;
        throw error;
      }
    },
    take(text) {
      if (text !== taken || problem !== null) take(text);
      decided = text;
    },
    stop: () => watching?.stop(),
    lastProblem: () => problem,
  };
}

function firstText({ settings: { configFile }, mayBeMissing }: ConfigSourceOptions): string | null {
  if (configFile === null || (mayBeMissing && !existsSync(configFile))) return null;
  return readTextNow(configFile);
}

const isCutOff = (path: string | null): SettingsError =>
  new SettingsError([
    { where: path ?? "", key: "file", problem: "is empty", hint: "write providers: [] if this is meant" },
  ]);

/** What a look at a file that is not there gives. */
const missingState = (path: string | null): string | null =>
  path === null
    ? null
    : stateOf({
        text: null,
        error: new SettingsError([{ where: path, key: "file", problem: NO_SUCH_FILE, hint: "" }]),
      });
