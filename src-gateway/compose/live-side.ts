/** Who follows exchanges live hears of those of every gateway on the database: of this one's at once, of others' once written. */
import type { AdminDeps } from "../admin-api/deps.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Logger } from "../lib/logger.ts";
import { createEndedElsewhere, type EndedElsewhere } from "../request-log/ended-elsewhere.ts";
import { describeError } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";

const LOOK_EVERY_MS = 1_000;

type Watcher = (record: ExchangeRecord | null) => void;

export interface LiveSources {
  ledgerStore: Store;
  log: Logger;
  /** Told what this gateway closes, and null when it stops. */
  watchers: Set<Watcher>;
  /** Of this gateway; null when none runs. */
  runId: number | null;
}

export function createLive(sources: LiveSources): AdminDeps["watch"] {
  const { ledgerStore, log, watchers, runId } = sources;
  const listeners = new Set<Watcher>();
  let looking: Promise<void> | null = null;

  const look = async (elsewhere: EndedElsewhere): Promise<void> => {
    try {
      for (const record of await elsewhere.next()) for (const listener of listeners) listener(record);
    } catch (error) {
      log.debug(describeError(error), "what other gateways have ended was not read; it is tried again");
    }
    setTimeout(() => {
      if (listeners.size === 0) looking = null;
      else void look(elsewhere);
    }, LOOK_EVERY_MS).unref();
  };

  return async (watcher) => {
    watchers.add(watcher);
    listeners.add(watcher);
    // Several gateways share a server; a file has one.
    if (ledgerStore.dialect === "postgres" && runId !== null)
      await (looking ??= look(createEndedElsewhere(ledgerStore, runId)));
    return () => {
      watchers.delete(watcher);
      listeners.delete(watcher);
    };
  };
}
