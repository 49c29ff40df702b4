/**
 * The second book: every exchange that is over and every correction of the ledger, sent to an analytical database. At least once:
 * a place in the ledger counts as reached only after the server has confirmed all rows up to it, and what is sent again
 * has the same key and version and collapses there. It reads behind the ledger's writer, one batch after the other, so no
 * request ever waits for it. Only `compose/` may import this folder.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Schedule } from "../limits/types.ts";
import type { Store } from "../store/open-store.ts";
import { type BatchSizes, readBatches } from "./batches.ts";
import {
  BEFORE_CHAINS,
  type ChainLength,
  isChain,
  readChainLengths,
  readChainsFrom,
  readInterruptedRuns,
} from "./read-ledger.ts";
import type { AnalyticsFeeder, AnalyticsState, AnalyticsTarget } from "./types.ts";
import { createWatermarks, type Watermarks } from "./watermarks.ts";

export interface FeederOptions {
  store: Store;
  /** Called once, when there is a first use for it. */
  open: () => Promise<AnalyticsTarget>;
  clock: Clock;
  schedule: Schedule;
  /** 0 to 1. */
  random: () => number;
  log: Logger;
  /** What may be said of an error. */
  explain: (error: unknown) => string;
  sizes?: BatchSizes;
}

/** New entries come together for as long. */
const PAUSE_MS = 5_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;
/** Runs that have been silent for longer are looked at less often. */
const RECENT_US = 3_600_000_000;
const FULL_LOOK_US = 600_000_000;

export function createFeeder(options: FeederOptions): AnalyticsFeeder {
  return new Feeder(options);
}

interface Link {
  target: AnalyticsTarget;
  marks: Watermarks;
  ledger: string;
  chainsFrom: number;
}

class Feeder implements AnalyticsFeeder {
  readonly #options: FeederOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake: (() => void) | null = null;
  #link: Link | null = null;
  #isPrepared = false;
  #places: Map<number, number> | null = null;
  #lastFullLookUs: number | null = null;
  #is: AnalyticsState["is"] = "starting";
  #behind = 0;
  #standingSinceUs: number | null = null;
  #problem: string | null = null;

  constructor(options: FeederOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  state(): AnalyticsState {
    return {
      is: this.#is,
      behind: this.#behind,
      standingSinceUs: this.#standingSinceUs,
      problem: this.#problem,
    };
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
    // Whatever cannot be reached now was told before, and nothing depends on it.
    await this.#link?.marks.release().catch(() => {});
    await this.#link?.target.close().catch(() => {});
  }

  async #run(): Promise<void> {
    const { random } = this.#options;
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      try {
        await this.#round();
        failures = 0;
        await this.#wait(PAUSE_MS);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#isPrepared = false;
        this.#stand(error);
        const limitMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** failures++);
        await this.#wait(limitMs * (0.5 + random() / 2));
      }
    }
  }

  /** Everything that is there now. */
  async #round(): Promise<void> {
    const link = (this.#link ??= await this.#open());
    if (!(await link.marks.claim())) {
      this.#is = "other";
      this.#places = null;
      this.#lastFullLookUs = null;
      this.#behind = 0;
      this.#standingSinceUs = null;
      this.#problem = null;
      return;
    }
    // After another gateway has fed, what it has reached is known only to the database.
    this.#places ??= await link.marks.read();
    let chains = await this.#look(link, this.#places);
    if (!this.#isPrepared && (await this.#prepare(link))) {
      this.#places.clear();
      this.#lastFullLookUs = null;
      chains = await this.#look(link, this.#places);
    }
    this.#isPrepared = true;
    await this.#feed(link, this.#places, chains);
    this.#goOn();
  }

  /** @returns whether the table is new: then it is filled from the beginning, whatever one before it had. */
  async #prepare({ target, marks }: Link): Promise<boolean> {
    if (await target.exists()) return false;
    // First, so that a start which ends in between forgets once more rather than leaving out what was before.
    await marks.forget();
    await target.create();
    return true;
  }

  async #open(): Promise<Link> {
    const { store, open, clock } = this.#options;
    const target = await open();
    const marks = createWatermarks(store, target.id, clock);
    try {
      return { target, marks, ledger: await marks.ledgerName(), chainsFrom: await readChainsFrom(store) };
    } catch (error) {
      await target.close();
      throw error;
    }
  }

  /** The chains that go beyond what was confirmed. */
  async #look({ chainsFrom }: Link, places: ReadonlyMap<number, number>): Promise<ChainLength[]> {
    const { store, clock } = this.#options;
    const now = clock.nowUs();
    const isFull = this.#lastFullLookUs === null || now - this.#lastFullLookUs > FULL_LOOK_US;
    const chains: ChainLength[] = [];
    const take = (chain: ChainLength): void => {
      if (chain.end > (places.get(chain.instanceId) ?? 0)) chains.push(chain);
    };
    if (isFull) take({ instanceId: BEFORE_CHAINS, end: chainsFrom });
    for (const run of await readInterruptedRuns(store)) take(run);
    for await (const lengths of readChainLengths(store, isFull ? null : now - RECENT_US)) {
      for (const chain of lengths) take(chain);
      await nextTurn();
    }
    this.#behind = chains
      .filter(({ instanceId }) => isChain(instanceId))
      .reduce((sum, { instanceId, end }) => sum + end - (places.get(instanceId) ?? 0), 0);
    // Only when all of them were fed it need not look at them again.
    if (isFull) this.#lastFullLookUs = null;
    return chains;
  }

  async #feed(link: Link, places: Map<number, number>, chains: readonly ChainLength[]): Promise<void> {
    const { signal } = this.#stop;
    const { store, sizes } = this.#options;
    for await (const batch of readBatches(store, link.ledger, { places, chains }, sizes)) {
      if (signal.aborted) throw new Error("it was stopped");
      await link.target.insert(batch.rows, signal);
      await link.marks.save(batch.places);
      for (const [instanceId, place] of batch.places) places.set(instanceId, place);
      this.#behind = Math.max(0, this.#behind - batch.entries);
      this.#goOn();
      if (batch.missing > 0)
        this.#options.log.warn(
          { missing: batch.missing },
          "entries of the ledger name exchanges that are not there; the analytics table lacks them",
        );
      if (!(await link.marks.claim())) return;
    }
    this.#lastFullLookUs ??= this.#options.clock.nowUs();
  }

  #stand(error: unknown): void {
    const { clock, log, explain } = this.#options;
    this.#is = "standing";
    this.#problem = explain(error);
    if (this.#standingSinceUs !== null) return;
    this.#standingSinceUs = clock.nowUs();
    log.warn(
      { problem: this.#problem, behind: this.#behind },
      "the analytics table is not fed; it is tried again and again, and the ledger keeps what is missing there",
    );
  }

  #goOn(): void {
    const { clock, log } = this.#options;
    this.#is = "feeding";
    this.#problem = null;
    if (this.#standingSinceUs === null) return;
    const seconds = Math.round((clock.nowUs() - this.#standingSinceUs) / 1_000_000);
    this.#standingSinceUs = null;
    log.info({ seconds, behind: this.#behind }, "the analytics table is fed again");
  }

  #wait(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.schedule(resolve, ms);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
