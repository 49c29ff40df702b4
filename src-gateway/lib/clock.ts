import { performance } from "node:perf_hooks";
import { turnMs } from "./end-of-turn.ts";

/** Time, given as an argument so that tests can hold it still. */
export interface Clock {
  /** Microseconds since 1970. */
  nowUs(): number;
  /** Microseconds from an arbitrary start, never going back. For durations. */
  monotonicUs(): number;
}

// The global `performance` is looked up by a getter each time, which costs as much as the clock.
const { timeOrigin } = performance;

export const systemClock: Clock = {
  nowUs: () => Math.round((timeOrigin + performance.now()) * 1000),
  monotonicUs: () => Math.round(performance.now() * 1000),
};

/**
 * The same, but a few milliseconds late when much is going on: time stands still while a turn of the event loop hears its
 * sockets and while one piece of work is done. For ages and deadlines, which a request asks for twenty times; not for
 * durations of what happens within a turn.
 */
export const turnClock: Clock = {
  nowUs: () => Math.round((timeOrigin + turnMs()) * 1000),
  monotonicUs: () => Math.round(turnMs() * 1000),
};
