/**
 * Counts in Redis for as long as it is there. While it is not, this gateway counts alone, from what it was told last, and
 * may use its share of what was left then: one of so many parts as there were gateways. When Redis is back it is told what
 * runs and what was spent meanwhile; both can be told twice without counting twice.
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Schedule } from "../limits/types.ts";
import type { Claim, ClaimReply, CountStore, Settlement, Told, Warmth } from "./counts.ts";
import { MemoryCounts } from "./memory-counts.ts";
import type { RedisCounts } from "./redis-counts.ts";
import type { CountsMode } from "./types.ts";

interface Settled {
  id: string;
  settlements: readonly Settlement[];
  atMs: number;
}

export interface SharedCountsOptions {
  remote: RedisCounts;
  /** What this gateway is called among those that count together. */
  gateway: string;
  clock: Clock;
  schedule: Schedule;
  log: Logger;
}

const BEAT_MS = 5_000;
/** Gateways of one team start together: whoever was first knows of the others before Redis can be lost. */
const FIRST_BEATS = 12;
const FIRST_BEAT_MS = 250;
const REJOIN_MS = 200;
/** How many calls are on their way at once when Redis is told what it missed. */
const BATCH = 200;
/** Redis that comes and goes is spoken of once in a while. */
const QUIET_US = 60_000_000;

export class SharedCounts implements CountStore {
  readonly #options: SharedCountsOptions;
  readonly #remote: RedisCounts;
  readonly #local = new MemoryCounts();
  readonly #running = new Map<string, readonly Claim[]>();
  /** What Redis was not told yet. */
  readonly #untold: Settled[] = [];
  /** What each counter had when this gateway was left alone. */
  readonly #base = new Map<string, number>();
  #mode: "shared" | "apart" = "apart";
  #gateways = 1;
  /** Since it was heard last that Redis is there. */
  #beats = 0;
  #saidAtUs: number | null = null;
  #isRecountUntold = false;
  #isClosed = false;
  #stopTimer: () => void = () => {};

  constructor(options: SharedCountsOptions) {
    this.#options = options;
    this.#remote = options.remote;
    this.#remote.onCut(() => this.#part(new Error("the connection was cut")));
  }

  /** How many count together, as far as this one was told. */
  get gateways(): number {
    return this.#gateways;
  }

  get mode(): CountsMode {
    return this.#mode;
  }

  /** Resolves when Redis is there, or was not for so long; then this gateway counts alone, and goes on trying. */
  async start(maxWaitMs: number): Promise<void> {
    const untilUs = this.#options.clock.monotonicUs() + maxWaitMs * 1000;
    while (!(await this.#rejoin()) && this.#options.clock.monotonicUs() < untilUs)
      await new Promise<void>((done) => void this.#options.schedule(done, REJOIN_MS / 4));
    if (this.#mode === "apart") this.#sayApart("it could not be reached at the start");
    this.#tick();
  }

  async claim(id: string, claims: readonly Claim[], more: { warmth?: Warmth[]; isForced?: boolean } = {}) {
    if (this.#mode === "shared") {
      try {
        const reply = await this.#remote.claim(id, claims, more);
        this.#learn(id, claims, reply);
        return reply;
      } catch (error) {
        this.#part(error);
      }
    }
    const reply = this.#claimAlone(id, claims, more);
    if (reply.isHeld) this.#running.set(id, claims);
    // Redis may have got it all the same.
    else if (reply.cold.length === 0) this.#untold.push({ id, settlements: [], atMs: this.#nowMs() });
    return reply;
  }

  async settle(id: string, settlements: readonly Settlement[], atMs: number): Promise<Told[]> {
    this.#running.delete(id);
    const told = this.#local.settleNow(id, settlements, atMs);
    if (this.#mode === "shared") {
      try {
        return await this.#remote.settle(id, settlements, atMs);
      } catch (error) {
        this.#part(error);
      }
    }
    this.#untold.push({ id, settlements, atMs });
    return told;
  }

  async recount(): Promise<void> {
    await this.#local.recount();
    this.#base.clear();
    try {
      await this.#remote.recount();
    } catch (error) {
      this.#isRecountUntold = true;
      this.#part(error);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    await this.#remote.close();
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowUs() / 1000);
  }

  /** Keeps what Redis said, to go on from when it is gone. What others hold may be spent by then. */
  #learn(id: string, claims: readonly Claim[], { isHeld, counts }: ClaimReply): void {
    const nowMs = this.#nowMs();
    for (const [index, claim] of claims.entries()) {
      const count = counts[index];
      if (!count || !claim.needsLedger) continue;
      const heldByOthers = Math.max(0, count.held - this.#local.heldHere(claim));
      this.#local.mirror(claim, count.spent + heldByOthers, nowMs);
    }
    if (!isHeld) return;
    this.#local.claimNow(id, claims, { isForced: true });
    this.#running.set(id, claims);
  }

  #claimAlone(id: string, claims: readonly Claim[], more: { warmth?: Warmth[]; isForced?: boolean }): ClaimReply {
    for (const each of more.warmth ?? []) this.#local.warm(each);
    return this.#local.claimNow(
      id,
      claims.map((claim) => ({ ...claim, stop: this.#shareOf(claim) })),
      { isForced: more.isForced ?? false },
    );
  }

  #shareOf(claim: Claim): number | null {
    const { stop, counter, needsLedger } = claim;
    if (stop === null || this.#gateways === 1) return stop;
    // Rates are over in a minute: what others have used of them is soon forgotten.
    if (!needsLedger) return Math.ceil(stop / this.#gateways);
    let base = this.#base.get(counter);
    if (base === undefined) {
      const { spent, held } = this.#local.sum(claim);
      this.#base.set(counter, (base = spent + held));
    }
    return base + Math.floor(Math.max(0, stop - base) / this.#gateways);
  }

  #part(error: unknown): void {
    if (this.#mode === "apart" || this.#isClosed) return;
    this.#mode = "apart";
    this.#base.clear();
    this.#sayApart(error instanceof Error ? error.message : "it failed");
    this.#tick();
  }

  #sayApart(why: string): void {
    const { clock, log } = this.#options;
    const nowUs = clock.monotonicUs();
    if (this.#saidAtUs !== null && nowUs - this.#saidAtUs < QUIET_US) return;
    this.#saidAtUs = nowUs;
    log.warn(
      { why, gateways: this.#gateways },
      "Redis is not there: budgets and rate limits are counted by this gateway alone, each gateway within its share",
    );
  }

  /** The next beat, or the next try to be heard again. */
  #tick(): void {
    this.#stopTimer();
    if (this.#isClosed) return;
    const next = async (): Promise<void> => {
      if (this.#mode === "apart") await this.#rejoin();
      else await this.beat().catch((error: unknown) => this.#part(error));
      this.#tick();
    };
    this.#stopTimer = this.#options.schedule(() => void next(), this.#nextMs());
  }

  #nextMs(): number {
    if (this.#mode === "apart") return REJOIN_MS;
    return this.#beats++ < FIRST_BEATS ? FIRST_BEAT_MS : BEAT_MS;
  }

  /** Renews what runs here, and learns how many gateways there are. */
  async beat(): Promise<void> {
    this.#gateways = Math.max(1, await this.#remote.beat(this.#options.gateway, [...this.#running.keys()]));
  }

  /** Tells Redis what it missed. False when it is still not there. */
  async #rejoin(): Promise<boolean> {
    try {
      await this.beat();
      if (this.#isRecountUntold) await this.#remote.recount();
      this.#isRecountUntold = false;
      // Requests begin and end while this goes on.
      const known = new Set<string>();
      for (;;) {
        const running = [...this.#running].filter(([id]) => !known.has(id)).slice(0, BATCH);
        const untold = this.#untold.slice(0, BATCH);
        if (running.length + untold.length === 0) break;
        await Promise.all(running.map(([id, claims]) => this.#remote.claim(id, claims, { isForced: true })));
        await Promise.all(untold.map(({ id, settlements, atMs }) => this.#remote.settle(id, settlements, atMs)));
        for (const [id] of running) known.add(id);
        this.#untold.splice(0, untold.length);
      }
    } catch {
      return false;
    }
    this.#mode = "shared";
    this.#beats = 0;
    if (this.#saidAtUs !== null)
      this.#options.log.info({ gateways: this.#gateways }, "Redis is there: counts are shared");
    return true;
  }
}
