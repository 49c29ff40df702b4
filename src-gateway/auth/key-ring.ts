/**
 * The keys of the database, in memory: the hot path recognises a caller without touching it. Where there are more of them
 * than memory should hold, those that are shown: `key-lookups.ts`.
 */
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "../store/database-errors.ts";
import { onlyAfterChanges } from "../store/only-after-changes.ts";
import type { Store } from "../store/open-store.ts";
import type { KeyHasher } from "./key-hasher.ts";
import { isAt } from "./key-limits.ts";
import { createKeyLookups, type KeyLookups } from "./key-lookups.ts";
import { createKeyUses, type KeyUses } from "./key-uses.ts";
import { hasMoreKeys, type KnownKey, readKeys, readKeysVersion } from "./read-keys.ts";
import type { KeyRing, Principal } from "./types.ts";

export interface KeyRingOptions {
  clock: Clock;
  log: Logger;
  /** How often changes made by other processes are looked for. */
  pollMs?: number;
  /** How often it is written down when keys were used. */
  flushMs?: number;
  /** With more keys than this they are read when they are shown. */
  maxInMemory?: number;
}

const MAX_IN_MEMORY = 20_000;
const POLL_MS = 2_000;
const FLUSH_MS = 30_000;
/**
 * Keys that were shown lately, so that each is hashed once. They are looked up by themselves: how long that takes says
 * nothing of use about 256 random bits, of which a guess shares none with a key, and the headers of the requests under way
 * hold them anyway. None of them outlasts a change of the keys, and those that are not known are never kept.
 */
const MAX_RECENT = 10_000;

/** Knows no key before its first `reload`. */
export function createKeyRing(store: Store, hasher: KeyHasher, options: KeyRingOptions): KeyRing {
  return new Ring(store, hasher, options);
}

class Ring implements KeyRing {
  private readonly store: Store;
  private readonly hasher: KeyHasher;
  private readonly options: KeyRingOptions;
  private readonly timers: NodeJS.Timeout[];
  private readonly uses: KeyUses;
  private readonly listeners = new Set<() => void | Promise<void>>();
  private isLimited = false;
  private byHash = new Map<string, KnownKey>();
  private recent = new Map<string, KnownKey>();
  /** Null while all keys are in memory. */
  private lookups: KeyLookups | null = null;
  private version = "";
  private loading: Promise<void> | null = null;
  private isPolling = false;
  private isBlind = false;
  private readonly lookForChanges: () => Promise<void>;

  constructor(store: Store, hasher: KeyHasher, options: KeyRingOptions) {
    this.store = store;
    this.hasher = hasher;
    this.options = options;
    this.uses = createKeyUses(store, options.log);
    this.lookForChanges = onlyAfterChanges(store, async () => {
      // Keys that are looked up are read anew all the time.
      if (this.lookups !== null) return;
      if ((await readKeysVersion(store)) !== this.version) await this.reload();
    });
    this.timers = [
      setInterval(() => void this.poll(), options.pollMs ?? POLL_MS),
      setInterval(() => void this.uses.flush(), options.flushMs ?? FLUSH_MS),
    ];
    for (const timer of this.timers) timer.unref();
  }

  authenticate(token: string, address: string | null = null): Principal {
    const key = this.recognise(token);
    const nowUs = this.options.clock.nowUs();
    if (key.revoked !== null) throw revokedError(key.revoked);
    if (key.isSuspended) {
      throw new GatewayError(
        "user_suspended",
        "The user of this key is suspended. Ask the administrator of the gateway.",
      );
    }
    if (key.expiresAtUs !== null && key.expiresAtUs <= nowUs) {
      throw new GatewayError(
        "invalid_api_key",
        key.isPrevious
          ? "This token was replaced when its key was rotated, and its time of overlap is over. Use the new one."
          : "This key has expired. `gateway admin api-keys create` makes a new one.",
      );
    }
    if (key.addresses !== null && !isAt(key.addresses, address)) {
      throw new GatewayError(
        "forbidden",
        `This key is not good at your address${address === null ? "" : ` (${address})`}. Ask whoever made it.`,
      );
    }
    if (key.principal.apiKeyId !== null) this.uses.note(key.principal.apiKeyId, nowUs);
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

  recall(token: string): Promise<void> | null {
    return this.lookups === null || !isOurs(token) ? null : this.lookups.recall(token);
  }

  isOnDemand(): boolean {
    return this.lookups !== null;
  }

  hasLimits(): boolean {
    return this.isLimited;
  }

  onLoad(listener: () => void | Promise<void>): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  flushUses(): Promise<void> {
    return this.uses.flush();
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.lookups?.stop();
  }

  private recognise(token: string): KnownKey {
    if (this.lookups !== null) return this.lookedUp(token, this.lookups);
    const known = this.recent.get(token);
    if (known) return known;
    const found = isOurs(token) ? this.find(token) : undefined;
    if (!found) throw unknownError();
    if (this.recent.size >= MAX_RECENT) this.recent.clear();
    this.recent.set(token, found);
    return found;
  }

  private lookedUp(token: string, lookups: KeyLookups): KnownKey {
    const found = isOurs(token) ? lookups.find(token) : null;
    if (found === null) throw unknownError();
    if (found) return found;
    throw new GatewayError("overloaded", "The gateway cannot look keys up in its database now. Try again in a moment.");
  }

  private find(token: string): KnownKey | undefined {
    const own = this.byHash.get(this.hasher.hash(token));
    if (own) return own;
    for (const hash of this.hasher.otherHashes(token)) {
      const found = this.byHash.get(hash);
      if (found) return found;
    }
    return undefined;
  }

  private async load(): Promise<void> {
    // In this order: a change between the two is found by the next poll, if it was not read already.
    if (await hasMoreKeys(this.store, this.options.maxInMemory ?? MAX_IN_MEMORY)) return this.lookUpFromNowOn();
    const version = await readKeysVersion(this.store);
    this.byHash = await readKeys(this.store, this.hasher);
    this.recent = new Map();
    this.lookups?.stop();
    this.lookups = null;
    this.version = version;
    this.isLimited = [...this.byHash.values()].some(isLimited);
    await this.tellListeners();
  }

  private async lookUpFromNowOn(): Promise<void> {
    this.lookups ??= createKeyLookups(this.store, this.hasher, {
      clock: this.options.clock,
      goodForMs: this.options.pollMs ?? POLL_MS,
      onRead: (error) => this.tellBlindness(error),
      onFound: async (keys) => {
        // Limits are counted from the first key on that has any.
        if (this.isLimited || !keys.some(isLimited)) return;
        this.isLimited = true;
        await this.tellListeners();
      },
    });
    this.lookups.forget();
    this.byHash = new Map();
    this.recent = new Map();
    await this.tellListeners();
  }

  private async tellListeners(): Promise<void> {
    for (const listener of this.listeners) await listener();
  }

  private async poll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    try {
      await this.lookForChanges();
      if (this.lookups === null) this.tellBlindness(null);
    } catch (error) {
      this.tellBlindness(error);
    } finally {
      this.isPolling = false;
    }
  }

  /** Once when it begins, and once when it ends. */
  private tellBlindness(error: unknown): void {
    const { log } = this.options;
    if (error === null && this.isBlind) log.info({}, "keys can be read again");
    if (error !== null && !this.isBlind) {
      const problem = describeError(error);
      log.warn(problem, "keys cannot be read; those known go on, and changes made elsewhere are not seen");
    }
    this.isBlind = error !== null;
  }
}

const isOurs = (token: string): boolean => token.startsWith("tok_");

const isLimited = ({ revoked, principal }: KnownKey): boolean => revoked === null && principal.limits != null;

const unknownError = (): GatewayError =>
  new GatewayError(
    "invalid_api_key",
    "This key is not known to the gateway. Use a client key (tok_…); `gateway admin api-keys create` makes one.",
  );

function revokedError({ atUs, reason }: NonNullable<KnownKey["revoked"]>): GatewayError {
  const day = new Date(atUs / 1000).toISOString().slice(0, 10);
  const why = reason === null ? "" : `: ${reason}`;
  return new GatewayError(
    "invalid_api_key",
    `This key was revoked on ${day}${why}. Ask the administrator for a new one.`,
  );
}
