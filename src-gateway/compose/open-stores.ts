/** The databases, once it is sure that the keys in them can be checked with this gateway's secret. */

import { readAdoptedSecrets } from "../auth/adopted-secrets.ts";
import { checkAuthSecret } from "../auth/check-auth-secret.ts";
import { createKeyHasher, type KeyHasher } from "../auth/key-hasher.ts";
import { loadAuthSecret } from "../auth/load-auth-secret.ts";
import type { Logger } from "../lib/logger.ts";
import type { Settings } from "../settings/types.ts";
import { openStore, type Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";

export interface OpenStores {
  ledgerStore: Store;
  /** The same store unless the operator keeps users and keys elsewhere. */
  identityStore: Store;
  hasher: KeyHasher;
  closeStores: () => Promise<void>;
}

/** @throws Error for the operator when a database cannot be opened, or holds keys of another secret. */
export async function openStores(settings: Settings, log: Logger): Promise<OpenStores> {
  const { ledgerUrl, identityUrl, pool } = settings;
  const ledgerStore = await openStore({ url: ledgerUrl, log, pool });
  const identityStore = identityUrl === ledgerUrl ? ledgerStore : await openStore({ url: identityUrl, log, pool });
  const closeStores = async (): Promise<void> => {
    if (identityStore !== ledgerStore) await identityStore.close();
    await ledgerStore.close();
  };
  try {
    const secret = await loadAuthSecret({ authSecret: settings.authSecret, dataDir: settings.dataDir, log });
    const hasher = createKeyHasher(secret, await readAdoptedSecrets(settings.dataDir));
    await whileBusy(() => checkAuthSecret(identityStore, hasher));
    return { ledgerStore, identityStore, hasher, closeStores };
  } catch (error) {
    await closeStores();
    throw error;
  }
}
