/** The keys of the database, in memory: the hot path recognises a caller without touching it. */
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import { fingerprint, type KeyHasher } from "./key-hasher.ts";
import { type KnownKey, readKeys, readKeysVersion } from "./read-keys.ts";
import type { KeyRing, Principal } from "./types.ts";

export interface KeyRingOptions {
  clock: Clock;
  log: Logger;
  /** How often changes made by other processes are looked for. */
  pollMs?: number;
}

const POLL_MS = 2_000;
/** Keys that were shown lately, so that each is hashed with the secret once. */
const MAX_RECENT = 10_000;

/** Knows no key before its first `reload`. */
export function createKeyRing(store: Store, hasher: KeyHasher, options: KeyRingOptions): KeyRing {
  return new Ring(store, hasher, options);
}

class Ring implements KeyRing {
  private readonly store: Store;
  private readonly hasher: KeyHasher;
  private readonly options: KeyRingOptions;
  private readonly timer: NodeJS.Timeout;
  private byHash = new Map<string, KnownKey>();
  /** By fingerprint of the key that was shown. */
  private recent = new Map<string, KnownKey>();
  private version = "";
  private loading: Promise<void> | null = null;
  private isPolling = false;
  private isBlind = false;

  constructor(store: Store, hasher: KeyHasher, options: KeyRingOptions) {
    this.store = store;
    this.hasher = hasher;
    this.options = options;
    this.timer = setInterval(() => void this.poll(), options.pollMs ?? POLL_MS);
    this.timer.unref();
  }

  authenticate(token: string): Principal {
    const key = this.recognise(token);
    if (key.isSuspended) {
      throw new GatewayError(
        "user_suspended",
        "The user of this key is suspended. Ask the administrator of the gateway.",
      );
    }
    if (key.expiresAtUs !== null && key.expiresAtUs <= this.options.clock.nowUs()) {
      throw new GatewayError(
        "invalid_api_key",
        "This key has expired. `gateway admin api-keys create` makes a new one.",
      );
    }
    return key.principal;
  }

  async reload(): Promise<void> {
    // A read that began before the caller's change may not have seen it.
    await this.loading?.catch(() => {});
    this.loading ??= this.load().finally(() => {
      this.loading = null;
    });
    await this.loading;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private recognise(token: string): KnownKey {
    const print = fingerprint(token);
    const known = this.recent.get(print);
    if (known) return known;
    const found = token.startsWith("tok_") ? this.byHash.get(this.hasher.hash(token)) : undefined;
    if (!found) {
      throw new GatewayError(
        "invalid_api_key",
        "This key is not known to the gateway, or it was revoked. Use a client key (tok_…); " +
          "`gateway admin api-keys create` makes one.",
      );
    }
    if (this.recent.size >= MAX_RECENT) this.recent.clear();
    this.recent.set(print, found);
    return found;
  }

  private async load(): Promise<void> {
    // In this order: a change between the two is found by the next poll, if it was not read already.
    const version = await readKeysVersion(this.store);
    this.byHash = await readKeys(this.store);
    this.recent = new Map();
    this.version = version;
  }

  private async poll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    const { log } = this.options;
    try {
      if ((await readKeysVersion(this.store)) !== this.version) await this.reload();
      if (this.isBlind) log.info({}, "keys can be read again");
      this.isBlind = false;
    } catch (error) {
      const problem = describeError(error);
      if (!this.isBlind)
        log.warn(problem, "keys cannot be read; those known go on, and changes made elsewhere are not seen");
      this.isBlind = true;
    } finally {
      this.isPolling = false;
    }
  }
}
