/** The configuration, kept current: the file is watched, and a bad one never replaces a good one. */
import { type ConfigParts, mergeConfig, withoutFile } from "./merge-config.ts";
import { readTextNow } from "./read-text.ts";
import { type GatewayConfig, SettingsError } from "./types.ts";
import { type Look, lookAt, stateOf, watchFile } from "./watch-file.ts";

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
