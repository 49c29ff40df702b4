/** Counts exchanges that are over: one after the other, in a thread of its own, and only as many as fit in memory. */
import { createCountingThread } from "./counting-thread.ts";
import type { ExchangeToCount, OwnCount, OwnCounter } from "./types.ts";
import { findWorkerFile } from "./worker-file.ts";

const IDLE_MS = 60_000;
const TIMEOUT_MS = 30_000;
/** What waits is held as bytes; one more is left out. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export function createOwnCounter(options: { workerPath?: string; maxWaitingBytes?: number } = {}): OwnCounter {
  const { maxWaitingBytes = MAX_WAITING_BYTES } = options;
  const thread = createCountingThread({
    workerPath: () => options.workerPath ?? findWorkerFile(),
    idleMs: IDLE_MS,
    timeoutMs: TIMEOUT_MS,
  });
  let waitingBytes = 0;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const countOne = async (exchange: ExchangeToCount): Promise<OwnCount | null> => {
    if (isClosed) return null;
    return thread.run<OwnCount | null>(exchange).catch(() => null);
  };
  return {
    count(exchange) {
      const bytes = exchange.request.length + exchange.answer.length;
      if (isClosed || waitingBytes + bytes > maxWaitingBytes) return Promise.resolve(null);
      waitingBytes += bytes;
      const counted = last
        .then(() => countOne(exchange))
        .finally(() => {
          waitingBytes -= bytes;
        });
      last = counted;
      return counted;
    },
    async close() {
      isClosed = true;
      await thread.stop();
    },
  };
}
