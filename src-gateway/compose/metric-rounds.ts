/** Asks all workers for their metrics at once, and answers when all have, or when one takes too long. */

/** Below what Prometheus waits. */
const PATIENCE_MS = 3_000;

export interface MetricRounds {
  open(workers: number[], answer: (texts: [worker: number, text: string][]) => void, ask: (call: number) => void): void;
  take(call: number, worker: number, text: string): void;
  /** It will not answer any more. */
  left(worker: number): void;
}

interface Round {
  missing: Set<number>;
  texts: [worker: number, text: string][];
  finish(): void;
}

export function createMetricRounds(patienceMs = PATIENCE_MS): MetricRounds {
  const rounds = new Map<number, Round>();
  let calls = 0;
  return {
    open(workers, answer, ask) {
      const call = ++calls;
      const timer = setTimeout(() => rounds.get(call)?.finish(), patienceMs);
      const texts: Round["texts"] = [];
      rounds.set(call, {
        missing: new Set(workers),
        texts,
        finish() {
          clearTimeout(timer);
          rounds.delete(call);
          answer(texts.toSorted(([one], [other]) => one - other));
        },
      });
      ask(call);
    },
    take(call, worker, text) {
      const round = rounds.get(call);
      if (!round?.missing.delete(worker)) return;
      round.texts.push([worker, text]);
      if (round.missing.size === 0) round.finish();
    },
    left(worker) {
      for (const round of rounds.values()) if (round.missing.delete(worker) && round.missing.size === 0) round.finish();
    },
  };
}
