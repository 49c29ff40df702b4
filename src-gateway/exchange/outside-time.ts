import type { Clock } from "../lib/clock.ts";

/**
 * How much of an exchange's time was not the gateway's: while the client's body came in, and while a provider was waited
 * for. What is left is the gateway's own, as `x-gateway-overhead-ms` tells it.
 */
export class OutsideTime {
  private readonly clock: Clock;
  private sinceUs: number | null = null;
  private totalUs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** From now on others are waited for. */
  leave(): void {
    this.sinceUs = this.clock.monotonicUs();
  }

  /** Something has come. More may be waited for: the time until it comes is only counted when it does. */
  heard(nowUs = this.clock.monotonicUs()): void {
    if (this.sinceUs === null) return;
    this.totalUs += nowUs - this.sinceUs;
    this.sinceUs = nowUs;
  }

  /** The gateway's share of so many microseconds since the request arrived. */
  ownUs(elapsedUs: number): number {
    return Math.max(0, elapsedUs - this.totalUs);
  }
}
