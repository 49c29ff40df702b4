/** One thread that counts, started when it is first needed and stopped when it has been idle. */
import { Worker } from "node:worker_threads";
import { GatewayError } from "../ir/errors.ts";
import type { ExchangeToCount } from "./types.ts";

export interface CountingThreadOptions {
  workerPath: () => string;
  /** Without work for this long, the thread and its tables are let go. */
  idleMs: number;
  /** A count that takes longer is given up, and the thread with it. */
  timeoutMs: number;
}

export interface CountingThread {
  /**
   * What `worker.ts` answers to a message. One call at a time: the next begins when this one is settled.
   * @throws GatewayError internal_error when the thread cannot start, dies or hangs; shutting_down when it is stopped
   */
  run<Counted>(asked: readonly string[] | ExchangeToCount): Promise<Counted>;
  stop(): Promise<void>;
}

interface Job {
  resolve(counted: unknown): void;
  reject(error: GatewayError): void;
  deadline: NodeJS.Timeout;
}

/** The tables take 60 MB; a text that needs more than this would take the gateway down with it. */
const MAX_HEAP_MB = 512;

export function createCountingThread(options: CountingThreadOptions): CountingThread {
  let worker: Worker | undefined;
  let job: Job | undefined;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    // It reads no setting, and a secret in the environment is none of its business.
    const started = new Worker(options.workerPath(), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    let cause: unknown;
    started.on("message", (counted: unknown) => {
      // One that was given up may still have an answer on its way, which belongs to no job of today.
      if (worker === started) settle((done) => done.resolve(counted));
    });
    started.on("error", (error) => {
      cause = error;
    });
    started.on("exit", (code) => {
      if (worker !== started) return;
      worker = undefined;
      fail("The gateway's token counter stopped while it counted this request.", cause ?? new Error(`exit ${code}`));
    });
    return started;
  }

  /** Gives the job its end, and the thread a rest. */
  function settle(end: (job: Job) => void): void {
    if (!job) return;
    const done = job;
    job = undefined;
    clearTimeout(done.deadline);
    // An idle thread keeps no process alive.
    worker?.unref();
    idle = setTimeout(() => void letGo(), options.idleMs);
    idle.unref();
    end(done);
  }

  function fail(what: string, cause?: unknown): void {
    const message = `${what} Send it again: the next count starts a new one. The gateway's log has the reason.`;
    settle((failed) => failed.reject(new GatewayError("internal_error", message, { cause })));
  }

  async function letGo(): Promise<void> {
    clearTimeout(idle);
    const stopping = worker;
    worker = undefined;
    await stopping?.terminate();
  }

  return {
    run: <Counted>(asked: readonly string[] | ExchangeToCount) =>
      new Promise<Counted>((resolve, reject) => {
        clearTimeout(idle);
        try {
          worker ??= start();
        } catch (cause) {
          const message = "The gateway's token counter cannot be started. The gateway's log has the reason.";
          return reject(new GatewayError("internal_error", message, { cause }));
        }
        worker.ref();
        const deadline = setTimeout(() => {
          void letGo();
          fail(`The gateway's token counter took longer than ${options.timeoutMs} ms for this request.`);
        }, options.timeoutMs);
        job = { resolve: (counted) => resolve(counted as Counted), reject, deadline };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
        worker.postMessage(asked);
      }),
    stop: async () => {
      settle((open) => open.reject(stopped()));
      await letGo();
    },
  };
}

export function stopped(): GatewayError {
  return new GatewayError(
    "shutting_down",
    "The gateway is shutting down and counts no more tokens. Try again shortly.",
  );
}
