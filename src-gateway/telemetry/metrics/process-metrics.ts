/** How the process is: processor, memory, and how late its event loop is. */
import { readdirSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { MetricRegistry } from "./registry.ts";

/** Each look wakes the process: ten a second see what lasts. They begin with the first question, and leave a laptop asleep. */
const LOOP_RESOLUTION_MS = 100;
/** Percentiles are those of the last whole window, whoever asks and however often. */
const LOOP_WINDOW_MS = 10_000;
const QUANTILES = [0.5, 0.9, 0.99, 1] as const;

/** @returns what stops it. */
export function measureProcess(registry: MetricRegistry): () => void {
  const delays = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  let utilization = performance.eventLoopUtilization();
  let window = { quantiles: QUANTILES.map(() => 0), busy: 0 };
  const take = (): void => {
    const now = performance.eventLoopUtilization();
    window = {
      // It measures the time between two ticks of its own timer.
      quantiles: QUANTILES.map((share) =>
        Math.max(0, delays.percentile(share * 100) / 1e9 - LOOP_RESOLUTION_MS / 1000),
      ),
      busy: performance.eventLoopUtilization(now, utilization).utilization,
    };
    utilization = now;
    delays.reset();
  };
  let timer: NodeJS.Timeout | null = null;
  const measure = (): void => {
    if (timer !== null) return;
    delays.enable();
    utilization = performance.eventLoopUtilization();
    timer = setInterval(take, LOOP_WINDOW_MS).unref();
  };

  registry.read(
    "gateway_event_loop_delay_seconds",
    "How late the event loop was in the last 10 s.",
    ["percentile"],
    () => {
      measure();
      return QUANTILES.map((share, place) => [String(share * 100), window.quantiles[place] ?? 0] as const);
    },
  );
  registry.read("gateway_event_loop_utilization", "The busy share of the event loop in the last 10 s.", [], () => [
    [window.busy],
  ]);
  const startedSeconds = Math.round(performance.timeOrigin) / 1000;
  registry.read("process_start_time_seconds", "Start of the process, in seconds since 1970.", [], () => [
    [startedSeconds],
  ]);
  const processor = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  };
  registry.read("process_cpu_seconds_total", "Processor time, user and system.", [], () => [[processor()]], "counter");
  registry.read("process_resident_memory_bytes", "Resident memory.", [], () => [[process.memoryUsage.rss()]]);
  registry.read("nodejs_heap_size_used_bytes", "Memory of the JavaScript heap in use.", [], () => [
    [process.memoryUsage().heapUsed],
  ]);
  registry.read("process_open_fds", "Open files and sockets, where the system tells.", [], openFiles);
  return () => {
    clearInterval(timer ?? undefined);
    delays.disable();
  };
}

function openFiles(): [number][] {
  try {
    return [[readdirSync("/proc/self/fd").length]];
  } catch {
    return [];
  }
}
