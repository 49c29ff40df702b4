/**
 * Delivers what waits. Each gateway claims what is due for a while, so that several on one database share the work; what a
 * gateway that died had claimed is free again at once when that is known, and after the claim's time otherwise.
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Schedule } from "../limits/types.ts";
import type { HookConfig } from "../settings/hook-types.ts";
import { type BackoffTimes, pauseMs, STANDARD_BACKOFF } from "./backoff.ts";
import type { ClaimedDelivery } from "./delivery-claims.ts";
import type { DeliveryRows } from "./delivery-rows.ts";
import type { HookStops } from "./hook-stops.ts";
import type { Attempt, Outcome } from "./types.ts";

export interface DelivererOptions {
  rows: DeliveryRows;
  stops: HookStops;
  hooks: () => readonly HookConfig[];
  attempt: Attempt;
  /** The run of this gateway. */
  runId: number;
  clock: Clock;
  schedule: Schedule;
  random: () => number;
  log: Logger;
  explain: (error: unknown) => string;
  backoff?: BackoffTimes;
  pollMs?: number;
}

export interface Deliverer {
  start(): void;
  /** There may be something to deliver. */
  wake(): void;
  /** Lets what runs end within the patience, and then ends it. */
  stop(patienceMs: number): Promise<void>;
}

/** Other gateways write, too, and may end before they deliver. */
const POLL_MS = 5_000;
const AT_ONCE = { script: 2, webhook: 4 } as const;
/** On top of the time limit of a try. */
const CLAIM_MARGIN_US = 60_000_000;
const PRUNE_EVERY_US = 3_600_000_000;
const DAY_US = 86_400_000_000;
const KEEP_DELIVERED_US = 7 * DAY_US;
const KEEP_DEAD_US = 30 * DAY_US;
/** So long a hook that is in no configuration may come back. */
const KEEP_ORPHANS_US = DAY_US;

export function createDeliverer(options: DelivererOptions): Deliverer {
  return new HookDeliverer(options);
}

class HookDeliverer implements Deliverer {
  readonly #options: DelivererOptions;
  readonly #abort = new AbortController();
  readonly #running = new Map<number, { hook: string; done: Promise<void> }>();
  #looking: Promise<void> | null = null;
  #isWanted = false;
  #isStopped = true;
  #cancel: (() => void) | null = null;
  #prunedAtUs = 0;
  #hasFailed = false;

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStopped = false;
    this.wake();
  }

  wake(): void {
    if (this.#isStopped) return;
    this.#isWanted = true;
    this.#looking ??= this.#lookWhileWanted().finally(() => {
      this.#looking = null;
    });
  }

  async stop(patienceMs: number): Promise<void> {
    const { schedule } = this.#options;
    const cancel = schedule(() => this.#abort.abort(), patienceMs);
    while (this.#looking !== null || (this.#running.size > 0 && !this.#abort.signal.aborted))
      await Promise.race(this.#looking === null ? this.#dones() : [this.#looking, ...this.#dones()]);
    this.#isStopped = true;
    this.#cancel?.();
    cancel();
    this.#abort.abort();
    await Promise.allSettled(this.#dones());
  }

  #dones(): Promise<void>[] {
    return [...this.#running.values()].map(({ done }) => done);
  }

  async #lookWhileWanted(): Promise<void> {
    const { log, explain, pollMs = POLL_MS } = this.#options;
    let nextMs: number = pollMs;
    while (this.#isWanted && !this.#abort.signal.aborted) {
      this.#isWanted = false;
      try {
        nextMs = await this.#look(pollMs);
        if (this.#hasFailed) log.info({}, "hooks are told again");
        this.#hasFailed = false;
      } catch (error) {
        nextMs = pollMs;
        if (!this.#hasFailed)
          log.error({ problem: explain(error) }, "what hooks have to be told cannot be read; it is tried again");
        this.#hasFailed = true;
      }
    }
    this.#cancel?.();
    this.#cancel = this.#isStopped ? null : this.#options.schedule(() => this.wake(), nextMs);
  }

  /** @returns in how many milliseconds there may be more to do. */
  async #look(pollMs: number): Promise<number> {
    const { rows, stops, hooks, runId, clock } = this.#options;
    const all = hooks();
    const stopped = await stops.read(all);
    const live = all.filter(({ name }) => !stopped.has(name));
    for (const hook of live) {
      const inFlight = [...this.#running.values()].filter(({ hook: name }) => name === hook.name).length;
      const limit = AT_ONCE[hook.target.kind] - inFlight;
      if (limit <= 0 || this.#abort.signal.aborted) continue;
      const nowUs = clock.nowUs();
      const untilUs = nowUs + hook.timeoutMs * 1000 + CLAIM_MARGIN_US;
      for (const delivery of await rows.claim({ hook: hook.name, by: runId, nowUs, untilUs, limit })) {
        this.#begin(hook, delivery);
      }
    }
    await this.#prune(all);
    const nowUs = clock.nowUs();
    const names = live.map(({ name }) => name);
    const nextAtUs = await rows.nextAtUs(names, nowUs);
    return nextAtUs === null ? pollMs : Math.min(pollMs, Math.max(1, Math.ceil((nextAtUs - nowUs) / 1000)));
  }

  #begin(hook: HookConfig, delivery: ClaimedDelivery): void {
    const { log, explain } = this.#options;
    const done = this.#deliver(hook, delivery)
      .catch((error: unknown) =>
        // Its claim runs out, and then it is delivered once more.
        log.error({ hook: hook.name, problem: explain(error) }, "what became of a delivery could not be written"),
      )
      .finally(() => {
        this.#running.delete(delivery.id);
        this.wake();
      });
    this.#running.set(delivery.id, { hook: hook.name, done });
  }

  async #deliver(hook: HookConfig, delivery: ClaimedDelivery): Promise<void> {
    const { rows, attempt, clock } = this.#options;
    const { id, eventId, eventType, body } = delivery;
    const { signal } = this.#abort;
    const outcome = await attempt(hook, { id: eventId, type: eventType, body }, signal);
    if (outcome.isDelivered) await rows.delivered(id, outcome, clock.nowUs());
    else if (signal.aborted) await rows.unclaim(id);
    else await this.#failed(hook, delivery, outcome);
  }

  async #failed(hook: HookConfig, delivery: ClaimedDelivery, outcome: Outcome): Promise<void> {
    const { rows, stops, clock, random, log, backoff = STANDARD_BACKOFF } = this.#options;
    const nowUs = clock.nowUs();
    const fields = { hook: hook.name, event: delivery.eventType, delivery: delivery.id, problem: outcome.problem };
    if (outcome.isGone) {
      const why = "its receiver answered 410 Gone";
      await rows.failed(delivery.id, outcome, nowUs, null);
      await stops.stop(hook, why, nowUs);
      const others = await rows.giveUp({ hook: hook.name }, why, nowUs);
      log.error({ ...fields, others }, "a hook is told nothing more: its receiver says that it is gone");
      return;
    }
    const pause = pauseMs(delivery.attempts, outcome.retryAfterMs, random, backoff);
    const nextAtUs = nowUs + pause * 1000;
    const isOver = nextAtUs - delivery.triesSinceUs > hook.retryForMs * 1000;
    await rows.failed(delivery.id, outcome, nowUs, isOver ? null : nextAtUs);
    if (isOver) log.error({ ...fields, attempts: delivery.attempts }, "a hook could not be told; it is given up");
    else if (delivery.attempts === 1) log.warn(fields, "a hook could not be told; it is tried again");
  }

  async #prune(all: readonly HookConfig[]): Promise<void> {
    const { rows, clock } = this.#options;
    const nowUs = clock.nowUs();
    if (nowUs - this.#prunedAtUs < PRUNE_EVERY_US) return;
    this.#prunedAtUs = nowUs;
    const othersThan = all.map(({ name }) => name);
    await rows.giveUp({ othersThan, beforeUs: nowUs - KEEP_ORPHANS_US }, "there is no such hook any more", nowUs);
    await rows.prune({ deliveredUs: nowUs - KEEP_DELIVERED_US, deadUs: nowUs - KEEP_DEAD_US });
  }
}
