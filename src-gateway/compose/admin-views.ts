/** What the admin API shows of the parts: words and numbers, never a key. */
import type { ConfigFacts, ProviderFacts, StatusFacts } from "../admin-api/deps.ts";
import { SETTINGS } from "../settings/setting-table.ts";
import type { CredentialRef } from "../settings/types.ts";
import type { AdminSideInput } from "./admin-side.ts";
import type { Parts } from "./parts.ts";

export function statusView({
  parts,
  writer,
  running,
  budgets,
  diskProblem,
  startedAtUs,
  urls,
}: AdminSideInput): StatusFacts {
  const { settings, config, configuration, ledgerStore } = parts;
  return {
    version: __VERSION__,
    startedAtUs,
    ...urls(),
    dataDir: settings.dataDir,
    database: ledgerStore.dialect,
    openExchanges: running.size,
    recordsWaiting: writer?.pending() ?? 0,
    ledgerLagMs: writer?.lagMs() ?? 0,
    diskProblem: diskProblem?.() ?? null,
    secretStore: configuration.secretStore.state(),
    budgetCounts: budgets()?.mode() ?? null,
    configVersion: config.live().config.version,
    configProblem: config.lastProblem()?.message ?? null,
    authDisabled: settings.authDisabled,
    notices: settings.notices.map(({ where, text }) => `${where}: ${text}`),
  };
}

export function providerViews({ config, models }: Parts): ProviderFacts[] {
  const known = models.known();
  const problems = models.problems();
  return [...config.live().instances.values()].map((instance) => ({
    id: instance.id,
    kind: instance.kind,
    name: instance.name,
    protocols: instance.protocols as Record<string, string>,
    credential: instance.credential ? placeOf(instance.credential) : null,
    needsCredential: instance.needsCredential,
    modelCount: known.filter((model) => model.provider === instance.id).length,
    problem: problems.get(instance.id) ?? null,
    where: instance.where,
  }));
}

const ROWS = new Map(SETTINGS.map((row) => [row.key, row]));

export function configView({ settings, config }: Parts): ConfigFacts {
  const { routes, aliases, version } = config.live().config;
  return {
    version,
    file: settings.configFile,
    settings: settings.explained.map((setting) => {
      const row = ROWS.get(setting.key);
      return { ...setting, about: row?.about ?? "", standard: row?.standard ?? null, env: row?.env ?? null };
    }),
    routes,
    aliases,
    problem: config.lastProblem()?.message ?? null,
  };
}

const placeOf = (ref: CredentialRef): string => `${ref.source}:${ref.source === "file" ? ref.path : ref.name}`;
