/**
 * The only place that builds the parts and joins them. Reads top to bottom: what stands lower uses what stands higher.
 */
import { mkdir } from "node:fs/promises";
import { createEvents } from "../hooks/events.ts";
import type { Events } from "../hooks/types.ts";
import type { Host } from "../index.ts";
import type { UsageReports } from "../ledger/types.ts";
import { createUsageReports } from "../ledger/usage-reports.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { sha256Hex } from "../lib/hash-bytes.ts";
import { CATALOGUE } from "../providers/catalogue.ts";
import { createRequestLog } from "../request-log/request-log.ts";
import type { BodyArchive, RequestLog } from "../request-log/types.ts";
import { createRunawayGuard } from "../runaway/guard.ts";
import type { RunawayGuard } from "../runaway/types.ts";
import { onKeychainAgain } from "../secrets/keychain.ts";
import { createSecretResolver, type SecretResolver } from "../secrets/secret-resolver.ts";
import type { Settings } from "../settings/types.ts";
import type { Store } from "../store/open-store.ts";
import { createModelDirectory, type ModelDirectory } from "../upstream/model-directory.ts";
import type { WaysOut } from "../upstream/ways-out.ts";
import { createBodyThread } from "./body-thread.ts";
import { type ConfigurationSide, createConfigurationSide } from "./configuration-side.ts";
import { createWatchedHealth, forgetChanged, type WatchedHealth } from "./health-side.ts";
import { closeIdentity, createIdentityParts, type IdentityParts } from "./identity-parts.ts";
import type { LiveConfig } from "./live-config.ts";
import { createLogParts, type LogParts } from "./log-parts.ts";
import { openConfig } from "./open-config.ts";
import { openStores } from "./open-stores.ts";
import { createPause, type Pause } from "./pause.ts";
import { createPrices, type Prices } from "./prices-side.ts";
import { openWaysOut } from "./ways-side.ts";

/** What both the daemon and the command line need: everything but sockets and the writer of records. */
export interface Parts extends LogParts, IdentityParts, WatchedHealth {
  settings: Settings;
  clock: Clock;
  secrets: SecretResolver;
  config: LiveConfig;
  /** What can be changed while the gateway runs. */
  configuration: ConfigurationSide;
  ledgerStore: Store;
  requestLog: RequestLog;
  /** What was asked and answered, in a thread of its own. */
  bodies: BodyArchive;
  usage: UsageReports;
  models: ModelDirectory;
  prices: Prices;
  runaways: RunawayGuard;
  pause: Pause;
  /** What happens, for hooks. */
  events: Events;
  /** Which way calls to providers take. */
  ways: WaysOut;
  close(): Promise<void>;
}

/** @throws SettingsError when providers, routes or aliases cannot be used; the store's error when it cannot be opened. */
export async function composeParts(settings: Settings, env: NodeJS.ProcessEnv, host: Host = {}): Promise<Parts> {
  const clock = systemClock;
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const said = createLogParts(settings);
  const { log, redactor } = said;
  const secrets = createSecretResolver({
    env,
    onSecret: (value) => redactor.add(value),
    store: { read: (name) => configuration.secretStore.read(name) },
  });
  const ways = openWaysOut(settings, said, host, () => config.live().instances);
  const watched = createWatchedHealth(settings.health, clock, log);
  const { ledgerStore, identityStore, hasher, closeStores } = await openStores(settings, log);
  const config = await openConfig(ledgerStore, {
    settings,
    env,
    catalogue: CATALOGUE,
    log,
    onTaken(before, after) {
      forgetChanged(watched.health, before, after);
      prices.setConfig(after);
    },
  }).catch(async (error: unknown) => {
    await closeStores();
    throw error;
  });
  const prices = createPrices(settings, CATALOGUE, log, ways.fetch);
  prices.setConfig(config.live());
  const given = { settings, clock, log, redactor, secrets, config };
  const configuration = createConfigurationSide({ ...given, store: ledgerStore });
  const identity = createIdentityParts(identityStore, hasher, { clock, log, redact: (text) => redactor.redact(text) });
  const bodies = createBodyThread({ ledgerUrl: settings.ledgerUrl, secrets: () => redactor.known() });
  const { models, stopListening } = openModels(given, ways);
  return {
    ...said,
    ...watched,
    ...identity,
    settings,
    clock,
    secrets,
    config,
    configuration,
    ledgerStore,
    requestLog: createRequestLog(ledgerStore, bodies),
    bodies,
    usage: createUsageReports(ledgerStore, identityStore),
    models,
    prices,
    runaways: createRunawayGuard({ clock, limits: settings.runaway, hash: sha256Hex }),
    pause: createPause(),
    events: createEvents(),
    ways,
    async close() {
      stopListening();
      config.stop();
      await configuration.stop();
      prices.stop();
      await closeIdentity(identity);
      await bodies.close();
      await closeStores();
      await ways.close();
      await log.close();
    },
  };
}

function openModels(
  { config, secrets, clock, log }: Pick<Parts, "config" | "secrets" | "clock" | "log">,
  ways: WaysOut,
): { models: ModelDirectory; stopListening: () => void } {
  const models = createModelDirectory({
    instances: () => [...config.live().instances.values()],
    resolveSecret: (ref) => secrets.resolve(ref),
    clock,
    log,
    ways,
  });
  // What could not be asked for want of a key.
  return { models, stopListening: onKeychainAgain(() => void models.refresh()) };
}
