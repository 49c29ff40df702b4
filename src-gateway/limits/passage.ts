import type { Gate } from "./gate.ts";
import { bodyTooLarge, queueFull, turnedAway, waitedTooLong } from "./refusals.ts";
import type { AdmissionRequest, Permit, Priority, Schedule } from "./types.ts";
import type { Waiter, WaiterList } from "./waiter-list.ts";

/**
 * The gates that a request has to pass, in this order. The narrower one is first: who waits at the wider one then keeps
 * nobody from a place that could be used, and as all go the same way nobody waits for each other.
 */
export interface Gates {
  narrow: Gate;
  wide: Gate;
}

class HeldPermit implements Permit {
  #gates: Gates | null;
  readonly #bytes: number;

  constructor(gates: Gates, bytes: number) {
    this.#gates = gates;
    this.#bytes = bytes;
  }

  release(): void {
    const gates = this.#gates;
    this.#gates = null;
    gates?.wide.give(this.#bytes);
    gates?.narrow.give(this.#bytes);
  }
}

/** Null when the request would have to wait. */
export function passAtOnce(gates: Gates, { bytes, signal }: AdmissionRequest): Permit | null {
  if (signal.aborted || !gates.narrow.isOpen(bytes) || !gates.wide.isOpen(bytes)) return null;
  gates.narrow.take(bytes);
  gates.wide.take(bytes);
  return new HeldPermit(gates, bytes);
}

/** Waits as long as it takes, but no longer than `maxWaitMs`. */
export function pass(gates: Gates, request: AdmissionRequest, maxWaitMs: number, schedule: Schedule): Promise<Permit> {
  const { signal, bytes } = request;
  const { maxBytes } = gates.wide;
  if (maxBytes !== 0 && bytes > maxBytes) return Promise.reject(bodyTooLarge(bytes, maxBytes));
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    new Passage(gates, request, { resolve, reject }, maxWaitMs, schedule).start();
  });
}

interface Outcome {
  resolve(permit: Permit): void;
  reject(error: unknown): void;
}

/** A request on its way through its gates. It ends once: with a permit, or without holding anything. */
class Passage implements Waiter {
  readonly priority: Priority;
  readonly owner: string;
  readonly bytes: number;
  position = 0;
  list: WaiterList | null = null;
  before: Waiter | null = null;
  after: Waiter | null = null;

  readonly #gates: Gates;
  readonly #request: AdmissionRequest;
  readonly #outcome: Outcome;
  readonly #maxWaitMs: number;
  readonly #schedule: Schedule;
  /** The gate that it stands before; null when the passage has ended. */
  #at: Gate | null;
  #cancelTimer: (() => void) | null = null;
  readonly #onAbort = (): void => this.#end(this.#request.signal.reason);

  constructor(gates: Gates, request: AdmissionRequest, outcome: Outcome, maxWaitMs: number, schedule: Schedule) {
    this.priority = request.priority;
    this.owner = request.owner;
    this.bytes = request.bytes;
    this.#gates = gates;
    this.#request = request;
    this.#outcome = outcome;
    this.#maxWaitMs = maxWaitMs;
    this.#schedule = schedule;
    this.#at = gates.narrow;
  }

  start(): void {
    this.#request.signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#knock(this.#gates.narrow);
  }

  admit(): void {
    if (this.#at === this.#gates.narrow) {
      this.#at = this.#gates.wide;
      this.#knock(this.#gates.wide);
      return;
    }
    this.#at = null;
    this.#stopWaiting();
    this.#outcome.resolve(new HeldPermit(this.#gates, this.bytes));
  }

  turnAway(): void {
    if (this.#at) this.#end(turnedAway(this.#at.refusedAt(this.bytes)));
  }

  onPosition(position: number): void {
    try {
      this.#request.onPosition(position);
    } catch (error) {
      // It must not fail in the hands of the one who made room.
      this.#end(error);
    }
  }

  #knock(gate: Gate): void {
    if (gate.isOpen(this.bytes)) {
      gate.take(this.bytes);
      return this.admit();
    }
    if (this.#maxWaitMs <= 0) return this.#end(queueFull(gate.refusedAt(this.bytes)));
    this.#cancelTimer ??= this.#schedule(() => this.#onTimeout(), this.#maxWaitMs);
    if (!gate.join(this)) this.#end(queueFull(gate.refusedAt(this.bytes)));
  }

  #onTimeout(): void {
    if (this.#at) this.#end(waitedTooLong(this.#at.refusedAt(this.bytes), this.#maxWaitMs));
  }

  #end(error: unknown): void {
    const at = this.#at;
    if (!at) return;
    this.#at = null;
    this.#stopWaiting();
    this.#outcome.reject(error);
    at.leave(this);
    if (at === this.#gates.wide) this.#gates.narrow.give(this.bytes);
  }

  #stopWaiting(): void {
    this.#cancelTimer?.();
    this.#request.signal.removeEventListener("abort", this.#onAbort);
  }
}
