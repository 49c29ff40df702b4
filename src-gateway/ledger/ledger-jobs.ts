/** Work on the ledger that takes longer than a request should: it is begun, and asked for until it is done. */
import { randomUUID } from "node:crypto";

export interface LedgerJob {
  id: string;
  kind: string;
  state: "running" | "done" | "failed" | "cancelled";
  /** What is being done now. */
  phase: string;
  done: number;
  /** Of `done`, an estimate; 0 while nobody knows. */
  total: number;
  /** Of the work; null until it is done. */
  result: unknown;
  /** Why it failed, or what became of it when it was cancelled, for a person. */
  problem: string | null;
}

export type JobWork = (
  tell: (progress: { phase?: string; done: number; total: number }) => void,
  signal: AbortSignal,
) => Promise<unknown>;

export interface LedgerJobs {
  /** @throws Error when as much is being done as may be at once. */
  start(kind: string, work: JobWork): LedgerJob;
  /** Null when there is none, or it was done so long ago that it is forgotten. */
  get(id: string): LedgerJob | null;
  /** What is being done and was done of late, the newest first. */
  list(): LedgerJob[];
  /** Ends it at its next step, if it is running. What it has done until then stays. Null when there is none. */
  cancel(id: string): LedgerJob | null;
  /** Ends what is running. */
  stop(): void;
}

const MAX_RUNNING = 2;
const MAX_KEPT = 20;
const CANCELLED = "It was cancelled. What had been done until then stays.";

/** @param explain says of an error what a person may read of it. */
export function createLedgerJobs(explain: (error: unknown) => string): LedgerJobs {
  const jobs = new Map<string, LedgerJob>();
  const cancels = new Map<string, AbortController>();
  const stop = new AbortController();

  return {
    start(kind, work) {
      const running = [...jobs.values()].filter(({ state }) => state === "running");
      if (running.length >= MAX_RUNNING)
        throw new Error(
          `The ledger is being worked on already (${running.map((job) => job.kind).join(", ")}). Try again when that is done.`,
        );
      const job: LedgerJob = {
        id: randomUUID(),
        kind,
        state: "running",
        phase: "",
        done: 0,
        total: 0,
        result: null,
        problem: null,
      };
      jobs.set(job.id, job);
      const cancel = new AbortController();
      cancels.set(job.id, cancel);
      const signal = AbortSignal.any([stop.signal, cancel.signal]);
      work(({ phase, done, total }) => {
        // Work that asks for no signal ends here.
        signal.throwIfAborted();
        Object.assign(job, { done, total, ...(phase === undefined ? {} : { phase }) });
      }, signal)
        .then(
          (result) => Object.assign(job, { state: "done", result }),
          (error: unknown) =>
            cancel.signal.aborted
              ? Object.assign(job, { state: "cancelled", problem: CANCELLED })
              : Object.assign(job, { state: "failed", problem: explain(error) }),
        )
        .finally(() => cancels.delete(job.id));
      for (const [id, { state }] of jobs) if (jobs.size > MAX_KEPT && state !== "running") jobs.delete(id);
      return job;
    },
    get: (id) => jobs.get(id) ?? null,
    list: () => [...jobs.values()].toReversed(),
    cancel(id) {
      cancels.get(id)?.abort(new Error(CANCELLED));
      return jobs.get(id) ?? null;
    },
    stop: () => stop.abort(new Error("The gateway stops.")),
  };
}
