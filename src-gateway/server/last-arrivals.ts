import { setImmediate as nextTurn } from "node:timers/promises";

/** One turn of the event loop in which nothing was done. */
const SHORT_TURN_MS = 0.05;

/** Who floods the gateway with connections does not keep it from stopping. */
const MAX_EXTENSION = 10;

/**
 * Whoever the kernel has let in comes in before a listener closes, which would break those connections: one a turn. The last
 * turn is a short one, because nobody sees who comes after its beginning: the listener has to be closed at once.
 * @param taken how many connections have come in, ever.
 * @param limitMs how long a short turn is waited for when nobody comes in; on a busy machine there may be none.
 * @returns whether any came in meanwhile.
 */
export async function takeLastArrivals(taken: () => number, limitMs: number): Promise<boolean> {
  const first = taken();
  await nextTurn();
  let nowMs = performance.now();
  const lastDeadline = nowMs + MAX_EXTENSION * limitMs;
  let deadline = nowMs + limitMs;
  for (let isLast = false; !isLast && nowMs < deadline; ) {
    const [before, beganMs] = [taken(), nowMs];
    await nextTurn();
    nowMs = performance.now();
    if (before !== taken()) deadline = Math.min(lastDeadline, nowMs + limitMs);
    else isLast = nowMs - beganMs < SHORT_TURN_MS;
  }
  return taken() > first;
}
