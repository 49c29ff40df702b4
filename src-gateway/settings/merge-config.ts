/** The configuration file together with what settings and environment give. */
import type { Logger } from "../lib/logger.ts";
import { isOwnAddress } from "./base-url.ts";
import { nearest } from "./nearest.ts";
import { readConfigFile } from "./read-config-file.ts";
import { leavesOf } from "./route-types.ts";
import { listNames, quote } from "./secret-text.ts";
import {
  type ConfigFileContent,
  type GatewayConfig,
  type ProviderConfig,
  type RouteConfig,
  type SettingProblem,
  type Settings,
  SettingsError,
} from "./types.ts";

export interface ConfigParts {
  settings: Pick<Settings, "configFile" | "inline"> & Partial<Pick<Settings, "listeners">>;
  /** Ids of the catalogue's rows. */
  kinds: ReadonlySet<string>;
  environmentProviders: readonly ProviderConfig[];
  log: Logger;
}

/** Everything that can become part of the configuration without the file. */
export function withoutFile({ settings, environmentProviders, log }: ConfigParts): ProviderConfig[] {
  const foreign = environmentProviders.filter(({ id, baseUrl, where }) => {
    if (baseUrl === undefined || !isOwnAddress(baseUrl, settings.listeners ?? [])) return true;
    // Its key is a client key of the gateway, which must not be sent to the provider either.
    log.warn({ provider: id, where }, "the environment points this provider at the gateway itself, so it is left out");
    return false;
  });
  return firstOfEach([...settings.inline.providers, ...foreign]);
}

/**
 * `text` is null when there is no file. The file speaks first; settings and environment add what it leaves open.
 * @throws SettingsError
 */
export function mergeConfig(
  parts: ConfigParts,
  others: readonly ProviderConfig[],
  text: string | null,
  version: number,
): GatewayConfig {
  const { configFile, inline } = parts.settings;
  const known = { kinds: parts.kinds, otherProviderIds: new Set(others.map(({ id }) => id)) };
  const file: ConfigFileContent =
    text === null || configFile === null
      ? { providers: [], routes: [], aliases: {} }
      : readConfigFile(configFile, text, known);
  const disabled = new Set(file.disabled);
  const providers = firstOfEach([...file.providers, ...others.filter(({ id }) => !disabled.has(id))]);
  const routes = [...file.routes, ...inlineRoutes(parts, providers, disabled)];
  const aliases = { ...inline.aliases, ...file.aliases };
  const { prices, budgets, rateLimits, identity, hooks, signIn } = file;
  return {
    version,
    providers,
    routes,
    aliases,
    ...(file.disabled ? { disabled: file.disabled } : {}),
    ...(prices ? { prices } : {}),
    ...(budgets ? { budgets } : {}),
    ...(rateLimits ? { rateLimits } : {}),
    ...(identity ? { identity } : {}),
    ...(hooks ? { hooks } : {}),
    ...(signIn ? { signIn } : {}),
  };
}

const firstOfEach = (providers: ProviderConfig[]): ProviderConfig[] =>
  [...new Map(providers.toReversed().map((each) => [each.id, each])).values()].toReversed();

/**
 * Routes of the settings. A route to a provider of the catalogue that has no key is left out: the earlier gateway's own
 * example routes to two, and most people have one. Any other name is a mistake.
 */
function inlineRoutes(
  { settings, kinds, log }: ConfigParts,
  providers: ProviderConfig[],
  disabled: ReadonlySet<string>,
): RouteConfig[] {
  const ids = new Set([...providers.map(({ id }) => id), ...disabled, "loopback"]);
  const problems: SettingProblem[] = [];
  const routes = settings.inline.routes.filter(({ match, targets, where }) => {
    const missing = leavesOf(targets).find(({ provider }) => !ids.has(provider))?.provider;
    if (missing === undefined) return true;
    if (kinds.has(missing))
      log.warn({ match, provider: missing, where }, "this route is left out: its provider is not configured");
    else {
      const meant = nearest(missing, [...ids, ...kinds]);
      problems.push({
        where,
        key: "routes",
        problem: `${quote(missing)} is no provider`,
        hint: `${meant ? `did you mean ${meant}? ` : ""}configured: ${listNames(ids)}`,
      });
    }
    return false;
  });
  if (problems.length > 0) throw new SettingsError(problems);
  return routes;
}
