/**
 * The only way in from code: `createGateway(settings)` gives a gateway that can be started and stopped. The daemon and the
 * desktop's main process both use it.
 */
import type { Transport } from "./admin-api/contract/client.ts";
import { composeGateway } from "./compose/gateway.ts";
import type { ExchangeRecord } from "./ir/exchange-record.ts";
import type { Settings } from "./settings/types.ts";

export { loadSettings } from "./settings/load-settings.ts";
export type { Settings };

/** The program that the gateway runs in. */
export interface Host {
  /**
   * It is the desktop app of the person in front of this computer: its window may connect agents, which writes into their
   * home folder. No setting does this, so that no server can be made to by its configuration.
   */
  isDesktop?: boolean;
  /** What the desktop's system says of the way to an address, as a proxy script answers: `PROXY host:port; DIRECT`. */
  systemProxy?(url: string): Promise<string>;
}

export interface GatewayInfo {
  version: string;
  /** Where clients reach it, for example `http://127.0.0.1:8081`. */
  url: string;
  consoleUrl: string;
  dataDir: string;
  /** Only when this start created it; it is shown nowhere else. */
  clientKey: string | null;
  /** Ids of the configured providers. */
  providers: string[];
  notices: string[];
  /** Whom the gateway asks for new versions once a day, or why nobody. */
  updates: { baseUrl: string | null; offBecause: string | null; isUnwanted: boolean };
}

/** The gateway as its host sees it. */
export interface HostDesk {
  /** The admin API, asked as the operator of this computer over the control socket; only between start and stop. */
  admin: Transport;
  /** Requests that are under way. Costs nothing to ask. */
  openExchanges(): number;
  /**
   * Another text when something was done that no exchange tells of: paused, configured anew, a provider that went or came
   * back, a keychain that was unlocked. Costs nothing to ask.
   */
  pulse(): string;
  /** Told each exchange as it is closed, until the answer is called. */
  watch(watcher: (closed: ExchangeRecord) => void): () => void;
}

export interface Gateway {
  desk: HostDesk;
  /** @throws the listen error (EADDRINUSE …) when a port cannot be had. */
  start(): Promise<GatewayInfo>;
  /** The console's address with a code that signs its first visitor in as the root administrator; good for a minute, once. */
  signInUrl(): string;
  /** The log's file was moved away: goes on in a new one of the same name. */
  reopenLog(): void;
  /** Lets open exchanges finish for at most the settings' `drainMs`, then writes every record and closes. */
  stop(): Promise<void>;
}

/**
 * @param env where providers' keys may be found; the process's own in the daemon.
 * @throws SettingsError, or the database's error, with a sentence for the operator.
 */
export function createGateway(settings: Settings, env: NodeJS.ProcessEnv, host: Host = {}): Promise<Gateway> {
  return composeGateway(settings, env, host);
}
