import { describe, expect, it } from "vitest";
import { createLedgerJobs, type JobWork } from "../../../src-gateway/ledger/ledger-jobs.ts";

const explain = (error: unknown): string => `failed: ${String(error)}`;

/** Work that waits to be let on, step by step. */
function slowWork(): { work: JobWork; step: () => void; steps: () => number } {
  let wake = (): void => {};
  let steps = 0;
  return {
    work: async (tell) => {
      for (;;) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        tell({ phase: "rows", done: ++steps, total: 10 });
      }
    },
    step: () => wake(),
    steps: () => steps,
  };
}

describe("work on the ledger", () => {
  it("is listed with the newest first, and tells how far it is", async () => {
    const jobs = createLedgerJobs(explain);
    const slow = slowWork();
    const first = jobs.start("recost", slow.work);
    const second = jobs.start("verify", () => Promise.resolve({ isIntact: true }));
    slow.step();
    await expect.poll(() => second.state).toBe("done");
    await expect.poll(() => first.done).toBe(1);
    expect(jobs.list().map(({ kind, state, done, total }) => ({ kind, state, done, total }))).toEqual([
      { kind: "verify", state: "done", done: 0, total: 0 },
      { kind: "recost", state: "running", done: 1, total: 10 },
    ]);
    jobs.stop();
  });

  it("ends at its next step when it is cancelled, also work that asks for no signal, and says so", async () => {
    const jobs = createLedgerJobs(explain);
    const slow = slowWork();
    const job = jobs.start("import", slow.work);
    slow.step();
    await expect.poll(() => job.done).toBe(1);
    expect(jobs.cancel(job.id)).toBe(job);
    slow.step();
    await expect.poll(() => job.state).toBe("cancelled");
    expect(job).toMatchObject({ done: 1, problem: "It was cancelled. What had been done until then stays." });
  });

  it("makes room when it is cancelled, and leaves what is done as it is", async () => {
    const jobs = createLedgerJobs(explain);
    const untilAborted: JobWork = (_tell, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const [first] = [jobs.start("recost", untilAborted), jobs.start("verify", untilAborted)];
    expect(() => jobs.start("import", untilAborted)).toThrow("recost, verify");
    jobs.cancel(first.id);
    await expect.poll(() => first.state).toBe("cancelled");
    const done = jobs.start("statement", () => Promise.resolve(1));
    await expect.poll(() => done.state).toBe("done");
    expect(jobs.cancel(done.id)).toMatchObject({ state: "done", result: 1, problem: null });
    expect(jobs.cancel("nobody")).toBeNull();
    jobs.stop();
  });

  it("has failed, and was not cancelled, when the gateway stops", async () => {
    const jobs = createLedgerJobs(explain);
    const slow = slowWork();
    const job = jobs.start("recost", slow.work);
    jobs.stop();
    slow.step();
    await expect.poll(() => job.state).toBe("failed");
    expect(job.problem).toContain("The gateway stops.");
  });
});
