/**
 * A process that is busy, and then pauses. It says whether the code that was compiled for its work is there after a full
 * collection, or, when asked for `memory`, how much of the heap is left.
 */
import { constants, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { runInThisContext } from "node:vm";
import { giveBackInPauses } from "../../../src-gateway/lib/give-back-in-pauses.ts";
import { tuneCollector } from "../../../src-gateway/lib/tune-collector.ts";

type PerformanceNodeEntry = PerformanceEntry & { detail: { kind: number } };

const [, , what] = process.argv;
if (what !== "untuned") tuneCollector();

/** Its shape is known to nobody but the objects that have it, and to the code for them. */
const under: Record<string, number>[] = [];
function work(): number {
  let sum = 0;
  for (let n = 0; n < 2_000; n++) {
    const state: Record<string, number> = {};
    state["began"] = n;
    state["ended"] = n + 1;
    under[n % 8] = state;
    sum += (under[(n + 3) % 8]?.["began"] ?? 0) + (state["ended"] ?? 0);
  }
  under.length = 0;
  return sum;
}

const isCompiled = runInThisContext("(code) => %ActiveTierIsTurbofan(code)") as (code: () => number) => boolean;
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
  process.exit(0);
};

if (what === "memory") {
  const filled = Array.from({ length: 200_000 }, (_, n) => ({ n, texts: [`${n}`, `${n + 1}`] }));
  const before = getHeapStatistics().total_physical_size;
  filled.length = 0;
  giveBackInPauses({ lookMs: 50, looks: 3, idleShare: 0.5, minHeapBytes: 10_000_000 });
  setInterval(() => {
    const share = getHeapStatistics().total_physical_size / before;
    if (share < 0.5) say(share.toFixed(2));
  }, 20);
} else {
  for (const began = performance.now(); !isCompiled(work) && performance.now() - began < 10_000; ) work();
  const pausedAt = performance.now();
  new PerformanceObserver((list) => {
    const isFull = (entry: PerformanceEntry): boolean =>
      entry.startTime > pausedAt && (entry as PerformanceNodeEntry).detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
    if (list.getEntries().some(isFull)) say(isCompiled(work) ? "compiled" : "forgotten");
  }).observe({ entryTypes: ["gc"] });
  if (!isCompiled(work)) say("never compiled");
  setInterval(() => {}, 1_000);
}
