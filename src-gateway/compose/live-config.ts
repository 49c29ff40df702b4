/**
 * The part of the configuration that changes while the gateway runs. A reload is taken whole or not at all; an exchange
 * that has begun keeps what it began with.
 */
import { join } from "node:path";
import type { Logger } from "../lib/logger.ts";
import { resolveInstances } from "../providers/instances.ts";
import type { CatalogueRow, ProviderInstance } from "../providers/types.ts";
import type { InForce } from "../revisions/types.ts";
import { providersFromEnvironment } from "../settings/environment-providers.ts";
import { type GatewayConfig, type Settings, SettingsError } from "../settings/types.ts";
import { createConfigSource } from "../settings/watch-config.ts";

export interface LiveState {
  config: GatewayConfig;
  instances: ReadonlyMap<string, ProviderInstance>;
}

export interface LiveConfig extends InForce {
  live(): LiveState;
  /** The file that is in force, which need not be there yet; null where the database says what is. */
  file: string | null;
  /** Starts to watch the file. */
  start(): void;
  /** Told each change that was taken from now on. */
  onChange(listener: (after: LiveState) => void): void;
  stop(): void;
  /** Why the file on disk is not what runs; null when it is. */
  lastProblem(): SettingsError | null;
}

export interface LiveConfigOptions {
  settings: Settings;
  env: NodeJS.ProcessEnv;
  catalogue: ReadonlyMap<string, CatalogueRow>;
  log: Logger;
  /** What the database says is in force; the file is then left alone. */
  text?: string;
  /** Told each change that was taken. */
  onTaken(before: LiveState, after: LiveState): void;
}

/** @throws SettingsError */
export function createLiveConfig(options: LiveConfigOptions): LiveConfig {
  const { catalogue, log } = options;
  // Where there is none yet, this is where one is made, and where the next start finds it.
  const file = options.settings.configFile ?? join(options.settings.dataDir, "gateway.yaml");
  const resolve = (config: GatewayConfig): LiveState => {
    const { instances, problems } = resolveInstances(config.providers, catalogue);
    if (problems.length > 0) throw new SettingsError(problems);
    return { config, instances: new Map(instances.map((instance) => [instance.id, instance])) };
  };
  let refusal: SettingsError | null = null;
  const onProblem = (error: SettingsError): void =>
    log.warn({ problems: error.problems }, "the configuration was not taken; the last good one goes on");
  const source = createConfigSource({
    settings: { ...options.settings, configFile: file },
    kinds: new Set(catalogue.keys()),
    environmentProviders: providersFromEnvironment([...catalogue.values()], options.env),
    log,
    mayBeMissing: options.settings.configFile === null,
    ...(options.text === undefined ? {} : { text: options.text }),
    // Throws where the catalogue cannot make instances of it: then the source keeps what it has.
    onChange: (config) => {
      const before = state;
      state = resolve(config);
      refusal = null;
      options.onTaken(before, state);
      for (const listener of listeners) listener(state);
      log.info({ version: config.version, providers: [...state.instances.keys()] }, "configuration reloaded");
    },
    onCheck: resolve,
    onProblem,
  });
  const listeners: ((after: LiveState) => void)[] = [];
  let state = resolve(source.current());
  return {
    live: () => state,
    file: options.text === undefined ? file : null,
    text: () => source.text(),
    start: () => source.start(),
    reload: () => source.reload(),
    check: (text) => source.check(text),
    take: (text) => source.take(text),
    refuse(error) {
      refusal = error;
      onProblem(error);
    },
    onChange: (listener) => void listeners.push(listener),
    stop: () => source.stop(),
    lastProblem: () => refusal ?? source.lastProblem(),
  };
}
