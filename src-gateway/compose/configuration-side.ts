/** What can be changed while the gateway runs: the configuration, switches, and the secrets that both may name. */
import { createFlags } from "../flags/flags.ts";
import type { Flags } from "../flags/types.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createConfigDesk } from "../revisions/desk.ts";
import { createRevisionRows } from "../revisions/revision-rows.ts";
import type { ConfigDesk } from "../revisions/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { SecretResolver } from "../secrets/secret-resolver.ts";
import { createSecretStore } from "../secrets/secret-store.ts";
import type { SecretStore } from "../secrets/types.ts";
import type { Settings } from "../settings/types.ts";
import { onlyAfterChanges } from "../store/only-after-changes.ts";
import type { Store } from "../store/open-store.ts";
import type { LiveConfig } from "./live-config.ts";

/** How soon a replica notices what another one was told. */
const LOOK_EVERY_MS = 1_000;

export interface ConfigurationSide {
  desk: ConfigDesk;
  flags: Flags;
  secretStore: SecretStore;
  /** From now on it looks by itself for what others change. */
  start(): void;
  /** Resolves when no look is under way. */
  stop(): Promise<void>;
}

export function createConfigurationSide(options: {
  settings: Settings;
  clock: Clock;
  log: Logger;
  redactor: Redactor;
  secrets: SecretResolver;
  config: LiveConfig;
  store: Store;
}): ConfigurationSide {
  const { settings, clock, log, redactor, secrets, config, store } = options;
  const desk = createConfigDesk({
    rows: createRevisionRows(store, config.file ?? "database"),
    inForce: config,
    file: config.file,
    known: () => redactor.known(),
    clock,
    log,
  });
  const flags = createFlags({ store, environment: settings.environment, clock });
  const secretStore = createSecretStore({ settings: settings.configuration, dataDir: settings.dataDir, store, clock });
  let secretsSeen: string | null = null;
  const lookAtFlags = onlyAfterChanges(store, () => flags.look());
  const lookAtRevisions = onlyAfterChanges(store, () => desk.look());
  const look = async (): Promise<void> => {
    await lookAtFlags();
    const secretsNow = await secretStore.version();
    if (secretsSeen !== null && secretsSeen !== secretsNow) secrets.invalidate();
    secretsSeen = secretsNow;
    await lookAtRevisions();
  };
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> = Promise.resolve();
  let isStopped = false;
  let wasWell = true;
  const lookAgain = (): void => {
    looking = look().then(
      () => void (wasWell = true),
      (err: unknown) => {
        // Said once: a database that is away is away for a while.
        if (wasWell) log.warn({ err }, "changes of the configuration by others cannot be seen at the moment");
        wasWell = false;
      },
    );
    void looking.then(() => {
      if (!isStopped) timer = setTimeout(lookAgain, LOOK_EVERY_MS).unref();
    });
  };
  // What is in force becomes a revision as soon as it is.
  config.onChange(() => void (timer !== null && desk.look().catch(() => {})));
  return {
    desk,
    flags,
    secretStore,
    start: lookAgain,
    async stop() {
      isStopped = true;
      clearTimeout(timer ?? undefined);
      await looking;
    },
  };
}
