/**
 * The only place that builds the parts and joins them. Reads top to bottom: what stands lower uses what stands higher.
 */
import { mkdir } from "node:fs/promises";
import { createKeptAnswers, type KeptAnswers } from "../admin-api/kept-answers.ts";
import { createAuditLog } from "../audit/audit-log.ts";
import type { AuditLog } from "../audit/types.ts";
import { createApiKeys } from "../auth/api-keys.ts";
import type { KeyHasher } from "../auth/key-hasher.ts";
import { createKeyRing } from "../auth/key-ring.ts";
import { createProjects } from "../auth/projects.ts";
import { createTeams } from "../auth/teams.ts";
import { createTokenRing, type TokenRing } from "../auth/token-ring.ts";
import type { ApiKeys, KeyRing, Projects, Teams, Users } from "../auth/types.ts";
import { createUsers } from "../auth/users.ts";
import { createEvents } from "../hooks/events.ts";
import type { Events } from "../hooks/types.ts";
import type { UsageReports } from "../ledger/types.ts";
import { createUsageReports } from "../ledger/usage-reports.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { sha256Hex } from "../lib/hash-bytes.ts";
import { CATALOGUE } from "../providers/catalogue.ts";
import { createHider } from "../request-log/hide-secrets.ts";
import { createRequestLog } from "../request-log/request-log.ts";
import type { BodyArchive, RequestLog } from "../request-log/types.ts";
import { createRunawayGuard } from "../runaway/guard.ts";
import type { RunawayGuard } from "../runaway/types.ts";
import { createRedactor, type Redactor } from "../secrets/redact.ts";
import { createSecretResolver, type SecretResolver } from "../secrets/secret-resolver.ts";
import type { Settings } from "../settings/types.ts";
import { createSeal } from "../sign-in/seal.ts";
import type { Store } from "../store/open-store.ts";
import { type ClosableLogger, createLogger } from "../telemetry/create-logger.ts";
import { createOpenRequests, type OpenRequests } from "../telemetry/open-requests.ts";
import { createModelDirectory, type ModelDirectory } from "../upstream/model-directory.ts";
import { createBodyThread } from "./body-thread.ts";
import { type ConfigurationSide, createConfigurationSide } from "./configuration-side.ts";
import { createWatchedHealth, forgetChanged, type WatchedHealth } from "./health-side.ts";
import type { LiveConfig } from "./live-config.ts";
import { openConfig } from "./open-config.ts";
import { openStores } from "./open-stores.ts";
import { createPrices, type Prices } from "./prices-side.ts";

/** What both the daemon and the command line need: everything but sockets and the writer of records. */
export interface Parts extends WatchedHealth {
  settings: Settings;
  clock: Clock;
  log: ClosableLogger;
  /** How requests came in that are under way. */
  openRequests: OpenRequests;
  redactor: Redactor;
  secrets: SecretResolver;
  config: LiveConfig;
  /** What can be changed while the gateway runs. */
  configuration: ConfigurationSide;
  ledgerStore: Store;
  identityStore: Store;
  users: Users;
  /** Keyed with the gateway's secret. */
  hasher: KeyHasher;
  teams: Teams;
  projects: Projects;
  apiKeys: ApiKeys;
  keyRing: KeyRing;
  /** Tokens of issuers that are taken in place of client keys. */
  tokens: TokenRing;
  audit: AuditLog;
  keptAnswers: KeptAnswers;
  requestLog: RequestLog;
  /** What was asked and answered, in a thread of its own. */
  bodies: BodyArchive;
  usage: UsageReports;
  models: ModelDirectory;
  prices: Prices;
  runaways: RunawayGuard;
  /** What happens, for hooks. */
  events: Events;
  close(): Promise<void>;
}

/** @throws SettingsError when providers, routes or aliases cannot be used; the store's error when it cannot be opened. */
export async function composeParts(settings: Settings, env: NodeJS.ProcessEnv): Promise<Parts> {
  const clock = systemClock;
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const redactor = createRedactor();
  const { otel, rotation } = settings.telemetry;
  const openRequests = createOpenRequests((text) => redactor.redact(text), {
    share: otel?.sampleShare ?? 1,
    followsParent: otel?.followsParent ?? true,
  });
  const log = createLogger({
    level: settings.logLevel,
    file: settings.logFile,
    rotation,
    traceIdOf: (requestId) => openRequests.traceIdOf(requestId),
    redact: (line) => redactor.redact(line),
  });
  const secrets = createSecretResolver({
    env,
    onSecret: (value) => redactor.add(value),
    store: { read: (name) => configuration.secretStore.read(name) },
  });
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
  const prices = createPrices(settings, CATALOGUE, log);
  prices.setConfig(config.live());
  const configuration = createConfigurationSide({
    settings,
    clock,
    log,
    redactor,
    secrets,
    config,
    store: ledgerStore,
  });
  const users = createUsers(identityStore, clock);
  const teams = createTeams(identityStore, clock);
  const projects = createProjects(identityStore, clock);
  const keyRing = createKeyRing(identityStore, hasher, { clock, log });
  const tokens = createTokenRing(identityStore, hasher, { clock, log, keyRing });
  const apiKeys = createApiKeys(identityStore, hasher, clock);

  const bodies = createBodyThread({ ledgerUrl: settings.ledgerUrl, secrets: () => redactor.known() });
  const models = createModelDirectory({
    instances: () => [...config.live().instances.values()],
    resolveSecret: (ref) => secrets.resolve(ref),
    clock,
    log,
  });
  return {
    ...watched,
    settings,
    clock,
    log,
    openRequests,
    redactor,
    secrets,
    config,
    configuration,
    ledgerStore,
    identityStore,
    users,
    hasher,
    teams,
    projects,
    apiKeys,
    keyRing,
    tokens,
    audit: createAuditLog(identityStore, { clock, log, redact: createHider((text) => redactor.redact(text)) }),
    keptAnswers: createKeptAnswers(identityStore, clock, (text) => createSeal(hasher.hash(text))),
    requestLog: createRequestLog(ledgerStore, bodies),
    bodies,
    usage: createUsageReports(ledgerStore, identityStore),
    models,
    prices,
    runaways: createRunawayGuard({ clock, limits: settings.runaway, hash: sha256Hex }),
    events: createEvents(),
    async close() {
      config.stop();
      await configuration.stop();
      prices.stop();
      await keyRing.flushUses();
      keyRing.stop();
      tokens.stop();
      await bodies.close();
      await closeStores();
      await log.close();
    },
  };
}
