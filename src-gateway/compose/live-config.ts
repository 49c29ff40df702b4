/**
 * The part of the configuration that changes while the gateway runs. A reload is taken whole or not at all; an exchange
 * that has begun keeps what it began with.
 */
import type { Logger } from "../lib/logger.ts";
import { resolveInstances } from "../providers/instances.ts";
import type { CatalogueRow, ProviderInstance } from "../providers/types.ts";
import { providersFromEnvironment } from "../settings/environment-providers.ts";
import { type GatewayConfig, type Settings, SettingsError } from "../settings/types.ts";
import { createConfigSource } from "../settings/watch-config.ts";

export interface LiveState {
  config: GatewayConfig;
  instances: ReadonlyMap<string, ProviderInstance>;
}

export interface LiveConfig {
  live(): LiveState;
  /** Starts to watch the file. */
  start(): void;
  reload(): Promise<void>;
  /** Told each change that was taken from now on. */
  onChange(listener: (after: LiveState) => void): void;
  stop(): void;
  /** Why the file on disk is not what runs; null when it is. */
  lastProblem(): SettingsError | null;
}

/** @throws SettingsError */
export function createLiveConfig(options: {
  settings: Settings;
  env: NodeJS.ProcessEnv;
  catalogue: ReadonlyMap<string, CatalogueRow>;
  log: Logger;
  /** Told each change that was taken. */
  onTaken(before: LiveState, after: LiveState): void;
}): LiveConfig {
  const { settings, catalogue, log } = options;
  const resolve = (config: GatewayConfig): LiveState => {
    const { instances, problems } = resolveInstances(config.providers, catalogue);
    if (problems.length > 0) throw new SettingsError(problems);
    return { config, instances: new Map(instances.map((instance) => [instance.id, instance])) };
  };
  const source = createConfigSource({
    settings,
    kinds: new Set(catalogue.keys()),
    environmentProviders: providersFromEnvironment([...catalogue.values()], options.env),
    log,
    // Throws where the catalogue cannot make instances of it: then the source keeps what it has.
    onChange: (config) => {
      const before = state;
      state = resolve(config);
      options.onTaken(before, state);
      for (const listener of listeners) listener(state);
      log.info({ version: config.version, providers: [...state.instances.keys()] }, "configuration reloaded");
    },
    onProblem: (error) =>
      log.warn({ problems: error.problems }, "the configuration was not taken; the last good one goes on"),
  });
  const listeners: ((after: LiveState) => void)[] = [];
  let state = resolve(source.current());
  return {
    live: () => state,
    start: () => source.start(),
    reload: () => source.reload(),
    onChange: (listener) => void listeners.push(listener),
    stop: () => source.stop(),
    lastProblem: () => source.lastProblem(),
  };
}
