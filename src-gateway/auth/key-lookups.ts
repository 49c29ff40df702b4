/**
 * Keys that are read when they are shown, for databases with more of them than memory should hold. What was read is taken for
 * as good as long as the changes of other processes may go unseen anyway, and read anew behind the requests of whoever comes
 * again and again, so that these wait for nothing.
 */
import { setTimeout as wait } from "node:timers/promises";
import { AgedMap } from "../lib/aged-map.ts";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/open-store.ts";
import { fingerprint, type KeyHasher } from "./key-hasher.ts";
import { type KnownKey, readKeys } from "./read-keys.ts";

export interface KeyLookupOptions {
  clock: Clock;
  /** What was read longer ago is read again before it counts. */
  goodForMs: number;
  maxKnown?: number;
  maxUnknown?: number;
  /** The error when keys cannot be read, null when they can. */
  onRead(error: unknown): void;
  /** Waited for before anybody is let in with what was found. */
  onFound(keys: readonly KnownKey[]): Promise<void>;
}

export interface KeyLookups {
  /** Null when `find` can answer for this token at once; it can when this resolves, which never rejects. */
  recall(token: string): Promise<void> | null;
  /** Null for a token that is no key; undefined where that is not known. */
  find(token: string): KnownKey | null | undefined;
  /** Everything was changed: nothing that was read before counts any more. */
  forget(): void;
  stop(): void;
}

const MAX_KNOWN = 20_000;
/** Wrong ones have a place of their own, so that many of them push out nobody who is known. */
const MAX_UNKNOWN = 10_000;
const MAX_AT_ONCE = 500;
/** Those that are read behind requests go together. */
const GATHER_MS = 200;
/** A database that hangs must not hold those who are known. */
const PATIENCE_MS = 2_000;
/** Between the recall of a key and its use. */
const SLACK_MS = 1_000;

export function createKeyLookups(store: Store, hasher: KeyHasher, options: KeyLookupOptions): KeyLookups {
  return new Lookups(store, hasher, options);
}

interface Entry {
  key: KnownKey | null;
  readMs: number;
  isDue: boolean;
}

class Lookups implements KeyLookups {
  private readonly store: Store;
  private readonly hasher: KeyHasher;
  private readonly options: KeyLookupOptions;
  /** By fingerprint of the token, as all here. */
  private known = new AgedMap<Entry>();
  private unknown = new AgedMap<Entry>();
  /** Hashes of tokens that are to be read. */
  private due = new Map<string, string[]>();
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;
  private gathering: NodeJS.Timeout | null = null;
  private changes = 0;
  /** Of the token that was recalled last, which is the next to be found. */
  private last = { token: "", print: "" };

  constructor(store: Store, hasher: KeyHasher, options: KeyLookupOptions) {
    this.store = store;
    this.hasher = hasher;
    this.options = options;
  }

  recall(token: string): Promise<void> | null {
    const print = this.printOf(token);
    const entry = this.known.get(print) ?? this.unknown.get(print);
    const ageMs = entry === undefined ? Infinity : this.nowMs() - entry.readMs;
    if (ageMs >= this.options.goodForMs) {
      this.ask(print, token);
      return this.readNext();
    }
    if (entry?.key && !entry.isDue && ageMs * 2 >= this.options.goodForMs) {
      entry.isDue = true;
      this.ask(print, token);
      this.gather();
    }
    return null;
  }

  find(token: string): KnownKey | null | undefined {
    const print = this.printOf(token);
    const entry = this.known.get(print) ?? this.unknown.get(print);
    if (entry === undefined || this.nowMs() - entry.readMs >= this.options.goodForMs + SLACK_MS) return undefined;
    return entry.key;
  }

  forget(): void {
    this.changes++;
    this.known = new AgedMap();
    this.unknown = new AgedMap();
  }

  stop(): void {
    if (this.gathering) clearTimeout(this.gathering);
  }

  private printOf(token: string): string {
    if (this.last.token !== token) this.last = { token, print: fingerprint(token) };
    return this.last.print;
  }

  private nowMs(): number {
    return this.options.clock.monotonicUs() / 1000;
  }

  private ask(print: string, token: string): void {
    if (this.due.has(print)) return;
    this.due.set(print, [this.hasher.hash(token), ...this.hasher.otherHashes(token)]);
  }

  private gather(): void {
    const read = (): void => {
      this.gathering = null;
      if (this.due.size > 0) void this.readNext();
    };
    this.gathering ??= setTimeout(read, Math.min(GATHER_MS, this.options.goodForMs / 4)).unref();
  }

  /** One reading at a time, with all who came during the one before. */
  private readNext(): Promise<void> {
    this.next ??= (async () => {
      await this.running;
      const asked = this.due;
      this.due = new Map();
      this.next = null;
      this.running = this.read(asked);
      await this.running;
    })();
    return this.next;
  }

  private async read(asked: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const all = [...asked];
    for (let at = 0; at < all.length; at += MAX_AT_ONCE) await this.readSome(all.slice(at, at + MAX_AT_ONCE));
  }

  private async readSome(asked: readonly (readonly [print: string, hashes: readonly string[]])[]): Promise<void> {
    const hashes = asked.flatMap(([, each]) => each);
    try {
      let changes: number;
      let readMs: number;
      let found: Map<string, KnownKey>;
      do {
        // What is read while something changes here may be what was before.
        changes = this.changes;
        readMs = this.nowMs();
        found = await inTime(readKeys(this.store, this.hasher, hashes));
        await this.options.onFound([...found.values()]);
      } while (changes !== this.changes);
      for (const [print, each] of asked) {
        const hash = each.find((one) => found.has(one));
        this.keep(print, { key: (hash !== undefined && found.get(hash)) || null, readMs, isDue: false });
      }
      this.options.onRead(null);
    } catch (error) {
      const readMs = this.nowMs();
      for (const [print] of asked) {
        const entry = this.known.get(print);
        if (entry) this.known.set(print, { ...entry, readMs, isDue: false });
      }
      this.options.onRead(error);
    }
  }

  private keep(print: string, entry: Entry): void {
    const isKnown = entry.key !== null;
    const [to, from] = isKnown ? [this.known, this.unknown] : [this.unknown, this.known];
    const { maxKnown = MAX_KNOWN, maxUnknown = MAX_UNKNOWN } = this.options;
    from.delete(print);
    to.set(print, entry);
    const oldest = to.size > (isKnown ? maxKnown : maxUnknown) ? to.oldest() : undefined;
    if (oldest) to.delete(oldest[0]);
  }
}

async function inTime<Result>(reading: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  try {
    return await Promise.race([
      reading,
      wait(PATIENCE_MS, undefined, { signal: over.signal, ref: false }).then(() => {
        throw new Error("the database did not answer in time");
      }),
    ]);
  } finally {
    over.abort();
  }
}
