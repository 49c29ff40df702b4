/**
 * Timers that fire as fast as they can be run, in the order of their times. Own ones, because a timer of the usual fakes
 * that is refreshed comes out of order.
 */
import { vi } from "vitest";

interface VirtualTimer {
  at: number;
  order: number;
  ms: number;
  run(): void;
  refresh(): VirtualTimer;
  unref(): VirtualTimer;
  ref(): VirtualTimer;
}

export interface VirtualTime {
  nowMs(): number;
  /** Runs everything that is due, and what that leads to, until nothing is left. */
  runAll(): Promise<void>;
  restore(): void;
}

export function takeOverTimers(): VirtualTime {
  const timers = new Set<VirtualTimer>();
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let now = 0;
  let count = 0;
  const start = (run: () => void, ms = 0): VirtualTimer => {
    const timer: VirtualTimer = {
      at: now + ms,
      order: count++,
      ms,
      run,
      refresh() {
        timer.at = now + timer.ms;
        timer.order = count++;
        timers.add(timer);
        return timer;
      },
      unref: () => timer,
      ref: () => timer,
    };
    timers.add(timer);
    return timer;
  };
  vi.stubGlobal("setTimeout", start);
  vi.stubGlobal("clearTimeout", (timer: VirtualTimer | undefined) => void (timer && timers.delete(timer)));
  const next = (): VirtualTimer | null => {
    let first: VirtualTimer | null = null;
    for (const timer of timers)
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    return first;
  };
  return {
    nowMs: () => now,
    async runAll() {
      await settle();
      for (let timer = next(); timer !== null; timer = next()) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.run();
        await settle();
      }
    },
    restore: () => void vi.unstubAllGlobals(),
  };
}
