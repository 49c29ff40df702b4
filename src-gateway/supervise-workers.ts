/**
 * `gatewayd --workers N`: several gateways on one set of ports, each in a process of its own. This one accepts for all of them
 * and hands connections round, starts those that end again, passes signals on, and carries what they say to each other.
 */
import cluster, { type Worker } from "node:cluster";
import { createMetricRounds } from "./compose/metric-rounds.ts";
import type { FromWorker, ToWorker } from "./compose/worker-link.ts";
import type { GatewayInfo } from "./index.ts";

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** One that served for this long has not failed to start. */
const STEADY_MS = 60_000;

export interface SupervisorOptions {
  count: number;
  /** Of one worker's command line. */
  argsOf(worker: number): string[];
  /** Sentences for the operator. */
  say(text: string): void;
}

interface Place {
  number: number;
  worker: Worker | null;
  readyAtMs: number | null;
  /** Ends in a row. */
  failures: number;
}

export interface Workers {
  /** Resolves when all of them serve, with what the first one says; rejects when one cannot, after ending the others. */
  ready: Promise<GatewayInfo>;
  /** Passes the signal on. One that ends a worker means that it is not started again. */
  signal(name: "SIGTERM" | "SIGUSR1"): void;
  /** The exit code, when all of them have ended for good. */
  ended: Promise<number>;
}

/** A worker that cannot start has said why. */
class WorkerStartError extends Error {
  override readonly name = "WorkerStartError";
  readonly exitCode: number;
  constructor(worker: number, exitCode: number) {
    super(`worker ${worker} did not start`);
    this.exitCode = exitCode;
  }
}

export function superviseWorkers(options: SupervisorOptions): Workers {
  const supervisor = new Supervisor(options);
  const ready = supervisor.open();
  return { ready, signal: (name) => supervisor.signal(name), ended: supervisor.ended };
}

class Supervisor {
  readonly ended: Promise<number>;
  private readonly options: SupervisorOptions;
  private readonly places: Place[];
  private readonly rounds = createMetricRounds();
  private readonly tellEnded: (code: number) => void;
  private isStopping = false;
  private isPaused = false;
  private exitCode = 0;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.places = Array.from({ length: options.count }, (_, at) => ({
      number: at + 1,
      worker: null,
      readyAtMs: null,
      failures: 0,
    }));
    const { promise, resolve } = Promise.withResolvers<number>();
    this.ended = promise;
    this.tellEnded = resolve;
  }

  /** The first one by itself: it makes what is missing, the database's tables among it. */
  async open(): Promise<GatewayInfo> {
    const [first, ...others] = this.places;
    if (first === undefined) throw new Error("there is no worker to start");
    try {
      const info = await this.start(first);
      await Promise.all(others.map((place) => this.start(place)));
      return info;
    } catch (error) {
      this.signal("SIGTERM");
      await this.ended;
      throw error;
    }
  }

  signal(name: "SIGTERM" | "SIGUSR1"): void {
    if (name === "SIGTERM") this.isStopping = true;
    for (const { worker } of this.places) worker?.process.kill(name);
    this.endWhenEmpty();
  }

  /** Resolves when it serves; rejects when it ends before that. */
  private start(place: Place): Promise<GatewayInfo> {
    cluster.setupPrimary({ args: this.options.argsOf(place.number) });
    const worker = cluster.fork();
    place.worker = worker;
    place.readyAtMs = null;
    return new Promise((resolve, reject) => {
      worker.on("message", (message: FromWorker) => {
        if (message.say === "ready") {
          place.readyAtMs = performance.now();
          if (this.isPaused) send(worker, { say: "pause", isPaused: true });
          resolve(message.info);
        } else this.hear(place, worker, message);
      });
      worker.once("exit", (code, signal) => {
        const wasReady = place.readyAtMs !== null;
        place.worker = null;
        this.rounds.left(place.number);
        if (!wasReady) reject(new WorkerStartError(place.number, code || 1));
        this.closed(place, wasReady, code, signal);
      });
    });
  }

  private closed(place: Place, wasReady: boolean, code: number | null, signal: string | null): void {
    if (this.isStopping) {
      // One that was still starting does not listen to signals yet.
      if (code !== 0 && signal !== "SIGTERM" && signal !== "SIGINT") this.exitCode ||= code ?? 1;
      return this.endWhenEmpty();
    }
    // The very first start of one is awaited by whoever started all of them.
    if (!wasReady && place.failures === 0) return;
    const served = performance.now() - (place.readyAtMs ?? performance.now());
    place.failures = served > STEADY_MS ? 1 : place.failures + 1;
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (place.failures - 1));
    this.options.say(
      `worker ${place.number} ended (${signal ?? `code ${code}`}); started again in ${pauseMs / 1000} s`,
    );
    setTimeout(() => {
      // Its end comes back to this method, in either case.
      if (!this.isStopping) this.start(place).catch(() => {});
    }, pauseMs);
  }

  private hear(place: Place, worker: Worker, message: Exclude<FromWorker, { say: "ready" }>): void {
    switch (message.say) {
      case "ask-metrics": {
        const serving = this.places.filter((each) => each.readyAtMs !== null && each.worker !== null);
        this.rounds.open(
          serving.map(({ number }) => number),
          (texts) => send(worker, { say: "all-metrics", call: message.call, texts }),
          (call) => {
            for (const each of serving) if (each.worker) send(each.worker, { say: "give-metrics", call });
          },
        );
        return;
      }
      case "metrics":
        return this.rounds.take(message.call, place.number, message.text);
      case "pause":
        this.isPaused = message.isPaused;
        for (const other of this.places) if (other.worker && other !== place) send(other.worker, message);
    }
  }

  private endWhenEmpty(): void {
    if (this.isStopping && this.places.every(({ worker }) => worker === null)) this.tellEnded(this.exitCode);
  }
}

/** One that is ending does not hear any more. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
