/** Time, given as an argument so that tests can hold it still. */
export interface Clock {
  /** Microseconds since 1970. */
  nowUs(): number;
  /** Microseconds from an arbitrary start, never going back. For durations. */
  monotonicUs(): number;
}

export const systemClock: Clock = {
  nowUs: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
  monotonicUs: () => Math.round(performance.now() * 1000),
};
