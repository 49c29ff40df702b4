import type { Clock } from "../lib/clock.ts";
import type { AdmissionSettings } from "../settings/types.ts";
import { createQueue } from "./create-queue.ts";
import type { RefusedAt } from "./refusals.ts";
import type { Limit, LimitStatus, Schedule } from "./types.ts";
import type { Waiter } from "./waiter-list.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

/** How often those who wait are told their places, at most: telling everyone at each turn would cost more than the turns. */
const TELL_EVERY_MS = 250;
/** How much the latest turn counts in the average. */
const PACE_SHARE = 0.1;

export interface GateOptions {
  limit: Limit;
  /** Null is no limit. */
  maximum: () => number | null;
  /** 0 is no limit. */
  maxBytes: number;
  settings: AdmissionSettings;
  clock: Clock;
  schedule: Schedule;
  /** Called when nothing is in flight or waiting any more. */
  onIdle?: () => void;
}

/** One limit: what is in flight under it, and its queue. Who waits blocks who comes later, also where that one would fit. */
export class Gate {
  inFlight = 0;
  bytes = 0;
  readonly #options: GateOptions;
  #queue: WaitingQueue | null = null;
  #isAdmitting = false;
  #cancelTelling: (() => void) | null = null;
  #lastTurnUs: number | null = null;
  #turnMs: number | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue?.size ?? 0;
  }

  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** Nothing is in flight or waiting. */
  get isIdle(): boolean {
    return this.inFlight === 0 && this.waiting === 0;
  }

  /** Whether a request may go on now without getting ahead of anyone. */
  isOpen(bytes: number): boolean {
    return this.waiting === 0 && this.#fits(bytes);
  }

  take(bytes: number): void {
    this.inFlight++;
    this.bytes += bytes;
  }

  /** Gives back what `take` took, and lets in who is next. */
  give(bytes: number): void {
    this.inFlight--;
    this.bytes -= bytes;
    this.#notePace();
    this.admit();
    this.dropIdle();
  }

  /** False when the queue is full of others who come before the waiter. It may be admitted before this returns. */
  join(waiter: Waiter): boolean {
    const { settings } = this.#options;
    this.#queue ??= createQueue(settings.queueMode);
    let displaced: Waiter | null = null;
    if (this.#queue.size >= settings.maxWaiting) {
      displaced = settings.maxWaiting === 0 ? null : this.#queue.displacedBy(waiter);
      if (!displaced) return false;
      this.#queue.remove(displaced);
    }
    waiter.position = this.#queue.add(waiter);
    // Only now: what it gives back may let others into this queue, which must not grow beyond its bounds.
    displaced?.turnAway();
    this.admit();
    if (waiter.list === null) return true;
    this.#tellSoon();
    waiter.onPosition(waiter.position);
    return true;
  }

  /** A waiter goes without having had its turn. */
  leave(waiter: Waiter): void {
    if (waiter.list === null) return;
    this.#queue?.remove(waiter);
    // It may have been a large body that stood before others that fit.
    this.admit();
    this.dropIdle();
  }

  /** Lets in everyone whose turn it is. Not entered twice: who is let in can make others come and go, any number deep. */
  admit(): void {
    const queue = this.#queue;
    if (!queue || this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      for (let waiter = queue.next(); waiter && this.#fits(waiter.bytes); waiter = queue.next()) {
        queue.take();
        this.take(waiter.bytes);
        waiter.admit();
      }
    } finally {
      this.#isAdmitting = false;
    }
    this.#tellSoon();
  }

  /** Says that it is idle, where it is. */
  dropIdle(): void {
    if (this.isIdle) this.#options.onIdle?.();
  }

  refusedAt(bytes: number): RefusedAt {
    const isAtCount = this.inFlight >= (this.#options.maximum() ?? Infinity);
    const isShortOf = !isAtCount && !this.#fitsBytes(bytes) ? "bytes" : "requests";
    return { limit: this.#options.limit, isShortOf, waiting: this.waiting, turnMs: this.#turnMs };
  }

  status(): LimitStatus {
    const { limit, maximum } = this.#options;
    return { limit, inFlight: this.inFlight, waiting: this.waiting, maximum: maximum() };
  }

  #fits(bytes: number): boolean {
    return this.inFlight < (this.#options.maximum() ?? Infinity) && this.#fitsBytes(bytes);
  }

  #fitsBytes(bytes: number): boolean {
    const { maxBytes } = this.#options;
    return maxBytes === 0 || this.bytes + bytes <= maxBytes;
  }

  #notePace(): void {
    if (this.waiting === 0) {
      this.#lastTurnUs = null;
      return;
    }
    const nowUs = this.#options.clock.monotonicUs();
    if (this.#lastTurnUs !== null) {
      const turnMs = (nowUs - this.#lastTurnUs) / 1000;
      this.#turnMs = this.#turnMs === null ? turnMs : this.#turnMs + PACE_SHARE * (turnMs - this.#turnMs);
    }
    this.#lastTurnUs = nowUs;
  }

  #tellSoon(): void {
    if (this.waiting === 0) {
      this.#cancelTelling?.();
      this.#cancelTelling = null;
    } else this.#cancelTelling ??= this.#options.schedule(() => this.#tell(), TELL_EVERY_MS);
  }

  /** Tells those who have moved up. Whoever fell back, because somebody more urgent came, is told when that is made up for. */
  #tell(): void {
    this.#cancelTelling = null;
    const moved = (this.#queue?.inOrder() ?? [])
      .map((waiter, index) => ({ waiter, position: index + 1 }))
      .filter(({ waiter, position }) => position < waiter.position);
    for (const { waiter, position } of moved) waiter.position = position;
    // Whoever is told something may do anything, such as leave, or let the next one in.
    for (const { waiter, position } of moved) if (waiter.list !== null) waiter.onPosition(position);
  }
}
