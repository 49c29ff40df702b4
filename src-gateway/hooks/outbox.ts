/**
 * From an event to rows in the database, off the path of whoever emits it. What the database does not take now waits in
 * memory, up to a bound; that it does not take it is said once.
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { fits } from "../lib/patterns.ts";
import type { Schedule } from "../limits/types.ts";
import type { HookConfig } from "../settings/hook-types.ts";
import type { DeliveryRows, NewDelivery } from "./delivery-rows.ts";
import type { GatewayEvent } from "./types.ts";

export interface OutboxOptions {
  rows: Pick<DeliveryRows, "add">;
  /** Those of this moment. */
  hooks: () => readonly HookConfig[];
  clock: Clock;
  schedule: Schedule;
  log: Logger;
  /** What may be said of a database's error. */
  explain: (error: unknown) => string;
  /** Told when there is something new to deliver. */
  onWritten: () => void;
}

export interface Outbox {
  /** Never waits, never throws. @param only the hook that it is for, where it is for one. */
  put(event: GatewayEvent, only?: string): void;
  /** Events that are not written yet. */
  pending(): number;
  /** Resolves when all that was put is written, or the database does not take it. */
  flush(): Promise<void>;
  /** The same with a little patience, and then no more. */
  stop(): Promise<void>;
}

const TOGETHER_MS = 10;
/** A list of users that is imported comes as one. */
const MAX_WAITING = 50_000;
const MAX_BATCH = 500;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 15_000;
const MAX_BODY_CHARACTERS = 64 * 1024;

export function createOutbox(options: OutboxOptions): Outbox {
  return new HookOutbox(options);
}

class HookOutbox implements Outbox {
  readonly #options: OutboxOptions;
  #waiting: { event: GatewayEvent; only: string | null }[] = [];
  #cancel: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #failures = 0;
  #isDropping = false;
  #isStopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  pending(): number {
    return this.#waiting.length;
  }

  put(event: GatewayEvent, only: string | null = null): void {
    if (this.#isStopped || !this.#options.hooks().some((hook) => wants(hook, event.type))) return;
    if (this.#waiting.length >= MAX_WAITING) {
      if (!this.#isDropping)
        this.#options.log.error(
          { waiting: MAX_WAITING },
          "hooks are not told of new events: too many wait to be written",
        );
      this.#isDropping = true;
      return;
    }
    this.#waiting.push({ event, only });
    if (this.#cancel === null && this.#running === null) this.#plan(TOGETHER_MS);
  }

  async flush(): Promise<void> {
    for (;;) {
      await (this.#running ?? this.#run());
      if (this.#waiting.length === 0 || this.#failures > 0) return;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.flush();
    this.#cancel?.();
    this.#cancel = null;
    if (this.#waiting.length > 0)
      this.#options.log.error(
        { events: this.#waiting.length },
        "these events could not be written; no hook hears of them",
      );
  }

  #plan(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.schedule(() => void this.#run(), delayMs);
  }

  #run(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    this.#running ??= this.#write().finally(() => {
      this.#running = null;
      if (this.#waiting.length === 0 || this.#isStopped) return;
      const { random } = Math;
      const retryMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(10, this.#failures - 1));
      this.#plan(this.#failures === 0 ? 0 : retryMs * (0.5 + random() / 2));
    });
    return this.#running;
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const { rows, clock, log, explain, onWritten } = this.#options;
    const batch = this.#waiting.slice(0, MAX_BATCH);
    try {
      const deliveries = await this.#deliveriesOf(batch);
      if (deliveries.length > 0) await rows.add(deliveries, clock.nowUs());
      this.#waiting.splice(0, batch.length);
      if (this.#failures > 0) log.info({ events: batch.length }, "events for hooks are written again");
      this.#failures = 0;
      this.#isDropping = false;
      if (deliveries.length > 0) onWritten();
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1)
        log.error(
          { problem: explain(error), waiting: this.#waiting.length },
          "events for hooks cannot be written; they wait in memory, and it is tried again",
        );
    }
  }

  async #deliveriesOf(batch: readonly { event: GatewayEvent; only: string | null }[]): Promise<NewDelivery[]> {
    // Descriptions of events are loaded when there is a first one for somebody.
    const { EVENT_CATALOGUE, isEventType } = await import("./event-catalogue.ts");
    const { hooks, log } = this.#options;
    return batch.flatMap(({ event, only }) => {
      const known = isEventType(event.type) ? EVENT_CATALOGUE[event.type].safeParse(event.metadata) : null;
      const body = known?.success ? JSON.stringify({ ...event, metadata: known.data }) : null;
      if (body === null || body.length > MAX_BODY_CHARACTERS) {
        log.error({ type: event.type }, "an event is not as the catalogue describes it; no hook hears of it");
        return [];
      }
      const orderKey = /^gateway\.(?:user|api_key)\./.test(event.type) ? event.user_id : null;
      return hooks()
        .filter((hook) => (only === null || hook.name === only) && wants(hook, event.type))
        .map(({ name }) => ({ eventId: event.id, eventType: event.type, hook: name, body, orderKey }));
    });
  }
}

const wants = ({ events }: HookConfig, type: string): boolean => events.some((pattern) => fits(pattern, type));
