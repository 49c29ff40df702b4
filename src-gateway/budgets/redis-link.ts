/**
 * The connection to Redis, and when it counts as gone: it was cut, or a call is out and nothing at all has come back for a
 * while. A Redis that is merely busy goes on answering others, and is waited for.
 */
import type { Redis } from "ioredis";
import type { Clock } from "../lib/clock.ts";
import type { Schedule } from "../limits/types.ts";

export interface RedisLink {
  readonly redis: Redis;
  /** @throws when Redis is not there, falls silent, or answers with an error. */
  call<Reply>(send: (redis: Redis) => Promise<Reply>): Promise<Reply>;
  /** Told each time that the connection ends. */
  onCut(callback: () => void): void;
  close(): void;
}

export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with its password where it has one. */
  url: string;
  clock: Clock;
  schedule: Schedule;
  /** How long nothing may come while something is waited for. */
  silenceMs: number;
}

/** How soon a broken connection is tried again. */
const RECONNECT_MS = 200;
const CONNECT_TIMEOUT_MS = 2_000;
/** A host that is gone without a word would keep the connection for a quarter of an hour. */
const SOCKET_TIMEOUT_MS = 5_000;
/** A timer that comes later than this tells of our own process, not of Redis. */
const STALL_US = 1_000;

export async function openRedisLink({ url, clock, schedule, silenceMs }: RedisLinkOptions): Promise<RedisLink> {
  // Only here, because most gateways have no Redis.
  const { Redis } = await import("ioredis");
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    retryStrategy: () => RECONNECT_MS,
    disableClientInfo: true,
  });
  // Without it, a refused connection ends the process. What goes wrong is seen by the calls.
  redis.on("error", () => {});
  const waiting = new Set<(error: Error) => void>();
  let heardAtUs = 0;
  let stopWatch: (() => void) | null = null;

  const watch = (): void => {
    const dueUs = clock.monotonicUs() + silenceMs * 1000;
    const startedUs = clock.monotonicUs();
    const look = (): void => {
      stopWatch = null;
      if (waiting.size === 0) return;
      const isOurs = clock.monotonicUs() - dueUs > STALL_US;
      // Replies that are there already are read before this.
      setImmediate(() => {
        if (waiting.size === 0 || stopWatch !== null) return;
        if (isOurs || heardAtUs > startedUs) return watch();
        const silent = new Error(`Redis has not answered for ${silenceMs} ms`);
        for (const reject of waiting) reject(silent);
        waiting.clear();
      });
    };
    stopWatch = schedule(look, silenceMs);
  };

  return {
    redis,
    call(send) {
      if (redis.status !== "ready") return Promise.reject(new Error("there is no connection to Redis"));
      return new Promise((resolve, reject) => {
        waiting.add(reject);
        const heard = (): void => {
          heardAtUs = clock.monotonicUs();
          waiting.delete(reject);
        };
        send(redis).then(
          (reply) => {
            heard();
            resolve(reply);
          },
          (error: Error) => {
            heard();
            reject(error);
          },
        );
        if (stopWatch === null) watch();
      });
    },
    onCut: (callback) => void redis.on("close", callback),
    close() {
      stopWatch?.();
      redis.disconnect();
    },
  };
}
