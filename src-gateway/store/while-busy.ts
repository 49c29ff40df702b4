import { setTimeout as wait } from "node:timers/promises";
import { isBusy } from "./database-errors.ts";

const PATIENCE_MS = 5_000;

/**
 * Does `work` again while another process holds the database. SQLite itself could wait, but it would wait with the whole
 * process, streams included.
 * @param work one statement, or one transaction as a whole.
 * @throws what `work` throws when it is not that, or when it still is after the patience.
 */
export async function whileBusy<T>(
  work: () => Promise<T>,
  options: { patienceMs?: number; isPassing?: (thrown: unknown) => boolean } = {},
): Promise<T> {
  const { patienceMs = PATIENCE_MS, isPassing = isBusy } = options;
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(100, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || performance.now() > deadline) throw error;
    }
    // Two processes that collided should not collide again.
    await wait(pauseMs * (0.5 + Math.random()));
  }
}
