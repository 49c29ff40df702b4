/** The configuration file, merged with what settings and environment give, watched, and never replaced by a bad one. */
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "../lib/logger.ts";
import { readConfigFile } from "./read-config-file.ts";
import { type ConfigFileContent, type GatewayConfig, type ProviderConfig, type Settings, SettingsError } from "./types.ts";

export interface ConfigSource {
  current(): GatewayConfig;
  start(): void;
  /** Reads the file now; takes it, or calls `onProblem`. */
  reload(): Promise<void>;
  stop(): void;
}

export interface ConfigSourceOptions {
  settings: Pick<Settings, "configFile" | "inline">;
  kinds: ReadonlySet<string>;
  environmentProviders: ProviderConfig[];
  log: Logger;
  onChange(config: GatewayConfig): void;
  onProblem(error: SettingsError): void;
}

/** Editors write in several steps; the file is read when they have been quiet for this long. */
const QUIET_MS = 100;
/** Some file systems (network mounts, container volumes) report no changes: look by ourselves, too. */
const POLL_MS = 500;

/** @throws SettingsError when the file cannot be used at the start. */
export function createConfigSource(options: ConfigSourceOptions): ConfigSource {
  const { settings, log } = options;
  const path = settings.configFile;
  let text = path === null ? "" : readText(path);
  let config = merge(options, path === null ? EMPTY : parse(options, path, text), 1);
  let watcher: FSWatcher | null = null;
  let poll: NodeJS.Timeout | null = null;
  let quiet: NodeJS.Timeout | null = null;

  const check = (): void => {
    if (path === null) return;
    try {
      const now = readText(path);
      if (now === text) return;
      text = now;
      config = merge(options, parse(options, path, now), config.version + 1);
      options.onChange(config);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const gone = error.problems.some((problem) => problem.key === "file" && problem.problem === MISSING);
      // A file that is away for a moment while an editor replaces it is said once, and read when it is back.
      if (gone && text === GONE) return;
      if (gone) text = GONE;
      options.onProblem(error);
    }
  };
  const soon = (): void => {
    if (quiet) clearTimeout(quiet);
    quiet = setTimeout(check, QUIET_MS);
    quiet.unref();
  };

  return {
    current: () => config,
    start() {
      if (path === null || poll) return;
      try {
        // The folder, because editors replace the file, and mounted configurations swap a link beside it.
        watcher = watch(dirname(path), { persistent: false }, soon);
        watcher.on("error", () => watcher?.close());
      } catch (error) {
        log.debug({ err: error }, "changes are found by looking only");
      }
      poll = setInterval(check, POLL_MS);
      poll.unref();
    },
    reload: async () => {
      text = UNREAD;
      check();
    },
    stop() {
      watcher?.close();
      if (poll) clearInterval(poll);
      if (quiet) clearTimeout(quiet);
      watcher = null;
      poll = null;
    },
  };
}

const EMPTY: ConfigFileContent = { providers: [], routes: [], aliases: {} };
const MISSING = "there is no such file";
/** Texts that no file has: NUL is no YAML. */
const UNREAD = "\0";
const GONE = "\0gone";

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError([{ where: path, key: "file", problem: code === "ENOENT" ? MISSING : `cannot be read (${code})`, hint: "" }]);
  }
}

function parse(options: ConfigSourceOptions, path: string, text: string): ConfigFileContent {
  const others = [...options.settings.inline.providers, ...options.environmentProviders];
  return readConfigFile(path, text, { kinds: options.kinds, otherProviderIds: new Set(others.map((provider) => provider.id)) });
}

/** The file speaks first; settings and environment add what it leaves open. */
function merge(options: ConfigSourceOptions, file: ConfigFileContent, version: number): GatewayConfig {
  const { inline } = options.settings;
  const providers: ProviderConfig[] = [];
  for (const provider of [...file.providers, ...inline.providers, ...options.environmentProviders]) {
    if (!providers.some((other) => other.id === provider.id)) providers.push(provider);
  }
  const ids = new Set([...providers.map((provider) => provider.id), "loopback"]);
  const unknown = inline.routes.flatMap((route) => route.targets.filter((target) => !ids.has(target.provider)).map((target) => ({ route, target })));
  if (unknown.length > 0) {
    throw new SettingsError(
      unknown.map(({ route, target }) => ({ where: route.where, key: "model_provider_routes", problem: `"${target.provider}" is no configured provider`, hint: `known: ${[...ids].join(", ")}` })),
    );
  }
  return { version, providers, routes: [...file.routes, ...inline.routes], aliases: { ...inline.aliases, ...file.aliases } };
}
