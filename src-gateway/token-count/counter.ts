/** Counts the tokens of requests: one after the other, in a thread of its own, with a bounded queue before it. */
import { GatewayError } from "../ir/errors.ts";
import type { IrRequest } from "../ir/request.ts";
import type { Leaving } from "../lib/leaving.ts";
import { biasFor } from "./bias.ts";
import { createCountingThread, stopped } from "./counting-thread.ts";
import { textsToCount } from "./estimate.ts";
import { findWorkerFile } from "./worker-file.ts";

export interface TokenCounterOptions {
  /** The worker's file; found by itself when absent. */
  workerPath?: string;
  /** How many requests may wait. One more is refused. */
  maxQueue: number;
  idleMs?: number;
  timeoutMs?: number;
}

export interface TokenCount {
  /** Input tokens, leaning upward for the model that the request names. */
  tokens: number;
  estimated: true;
}

export interface TokenCounter {
  /**
   * `request.model` decides how far the count leans upward, so it should name the model that is going to answer. A call
   * whose `signal` aborts while it waits leaves the queue, and rejects with the signal's reason.
   * @throws GatewayError overloaded when the queue is full; shutting_down once closed; internal_error when the thread
   * died
   */
  count(request: IrRequest, signal?: Leaving): Promise<TokenCount>;
  /** Stops the thread. Open calls reject with shutting_down. */
  close(): Promise<void>;
}

interface Waiting {
  request: IrRequest;
  resolve(count: TokenCount): void;
  reject(reason: unknown): void;
}

const IDLE_MS = 60_000;
const TIMEOUT_MS = 30_000;
const RETRY_AFTER_MS = 1_000;
/** Half a million tokens, and seconds at the worst; what a request has beyond it is estimated from its size. */
const MAX_COUNTED_UNITS = 2_000_000;
/** English has four bytes a token, code three. */
const BYTES_PER_TOKEN = 3;

export function createTokenCounter(options: TokenCounterOptions): TokenCounter {
  const thread = createCountingThread({
    workerPath: () => options.workerPath ?? findWorkerFile(),
    idleMs: options.idleMs ?? IDLE_MS,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
  const queue = new Set<Waiting>();
  let busy = false;
  let closed = false;

  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    for (const next of queue) {
      queue.delete(next);
      try {
        // Collected only now: fifty requests at once would otherwise be gone through in one go.
        next.resolve(await countOne(next.request));
      } catch (error) {
        next.reject(error);
      }
    }
    busy = false;
  }

  async function countOne(request: IrRequest): Promise<TokenCount> {
    const { texts, extraTokens } = textsToCount(request);
    const { head, restUnits, restBytes } = splitAt(texts, MAX_COUNTED_UNITS);
    const headTokens = head.length === 0 ? 0 : await thread.run<number>(head);
    const atSameRate = restUnits * (headTokens / MAX_COUNTED_UNITS);
    const textTokens = headTokens + Math.max(restBytes / BYTES_PER_TOKEN, atSameRate);
    return { tokens: Math.ceil(textTokens * biasFor(request.model) + extraTokens), estimated: true };
  }

  return {
    count: (request, signal) =>
      new Promise<TokenCount>((resolve, reject) => {
        if (closed) return reject(stopped());
        if (signal?.aborted) return reject(signal.reason);
        if (queue.size >= options.maxQueue) return reject(full());
        const entry: Waiting = { request, resolve, reject };
        queue.add(entry);
        signal?.addEventListener("abort", () => queue.delete(entry) && reject(signal.reason), { once: true });
        void work();
      }),
    close: async () => {
      closed = true;
      for (const waiting of queue) waiting.reject(stopped());
      queue.clear();
      await thread.stop();
    },
  };
}

function full(): GatewayError {
  const message = "Too many token counts are waiting. Try again in a second.";
  return new GatewayError("overloaded", message, { retryAfterMs: RETRY_AFTER_MS });
}

interface Split {
  head: string[];
  restUnits: number;
  restBytes: number;
}

/** The first `units` UTF-16 units of the texts, and how much comes after them. */
function splitAt(texts: readonly string[], units: number): Split {
  const split: Split = { head: [], restUnits: 0, restBytes: 0 };
  let room = units;
  for (const text of texts) {
    if (room > 0) split.head.push(text.length <= room ? text : text.slice(0, room));
    if (text.length > room) {
      split.restUnits += text.length - room;
      split.restBytes += Buffer.byteLength(room === 0 ? text : text.slice(room));
    }
    room = Math.max(0, room - text.length);
  }
  return split;
}
