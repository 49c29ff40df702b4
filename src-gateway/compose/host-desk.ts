/** What the program that hosts the gateway may ask and see, without a key and without the network. */
import { controlSocketPath } from "../admin-api/control-socket.ts";
import { createTransport } from "../cli/transport.ts";
import type { HostDesk } from "../index.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Parts } from "./parts.ts";

export function createHostDesk(
  { settings: { dataDir }, pause, config, configuration, health }: Parts,
  running: { readonly size: number },
  watchers: Set<(record: ExchangeRecord | null) => void>,
): HostDesk {
  let healthEvents = 0;
  health.onEvent(() => void healthEvents++);
  return {
    // The path is only known once the gateway listens: a long one is moved elsewhere.
    admin: (request) => createTransport({ socketPath: controlSocketPath(dataDir) })(request),
    openExchanges: () => running.size,
    pulse: () =>
      [pause.isPaused(), config.live().config.version, healthEvents, configuration.secretStore.state().state].join(),
    watch(watcher) {
      const tell = (record: ExchangeRecord | null): void => {
        if (record !== null) watcher(record);
      };
      watchers.add(tell);
      return () => void watchers.delete(tell);
    },
  };
}
